import * as z from "zod";
import { type Configuration, readConfiguration } from "../configuration/keys.ts";
import type { Executions } from "../providers/aws/executions.ts";
import type { Outcome } from "../runs/failure.ts";
import type { RunKind } from "../runs/kind.ts";
import type { PhaseContext as ContextOfPhase } from "../runs/phases/phase.ts";
import { runRecordSchema } from "../runs/run.ts";
import type { RunServices } from "../runs/services.ts";
import { AppError, type ErrorCode } from "../runtime/errors.ts";

/** Documents that were skipped, and so on, are gaps and no warnings: answer runs have none. */
type NoWarning = never;

export const answerStatuses = ["queued", "running", "completed", "completed_with_gaps", "failed", "stopped"] as const;

/** The stored run of an answer (spec answer-runs 8.2). Contents lie in its artifacts. */
export const answerSchema = runRecordSchema.extend({
  status: z.enum(answerStatuses),
  question: z.string(),
  enable_sql: z.boolean(),
  markdown_path: z.string(),
  log_llm_payload: z.boolean(),
  /** Null until the end. */
  finish_reason: z.string().nullable(),
  /** Why it was stopped, as whoever did it said. */
  stop_reason: z.string().nullable(),
  /** What is known to be missing from the answer. */
  gap_codes: z.array(z.string()),
});
export type AnswerRun = z.infer<typeof answerSchema>;

export interface AnswerRunServices extends RunServices {
  executions: Readonly<Record<"answer", Executions>>;
}

/** What a phase of an answer run works with. */
export type PhaseContext<I, S extends RunServices> = ContextOfPhase<I, S, AnswerRun, Configuration, NoWarning>;

/** Answer runs: as many at once as the stage allows, the others in a line of a hundred. */
export const answerRun: RunKind<AnswerRun, AnswerRunServices, Configuration, NoWarning> = {
  name: "answer",
  phases: ["Documents", "Research", "Decision", "Writing", "Checking", "Storing"],
  record: answerSchema,
  warningTypes: [],
  limitMinutes: 60,
  statuses: {
    first: "queued",
    completed: ({ gap_codes }) => (gap_codes.length > 0 ? "completed_with_gaps" : "completed"),
    stopped: "stopped",
  },
  ending,
  keys: ({ answers }) => answers,
  lock: null,
  queue: {
    places: ({ config }) => config.environment.ANSWERS_AT_ONCE,
    mostWaiting: 100,
    full: () =>
      new AppError("NotReady", "QUEUE_FULL", "As many runs wait as may; try again when one has ended.", {
        retryable: true,
        retryAfterSeconds: 30,
      }),
  },
  executions: ({ executions }) => executions.answer,
  readSnapshot: readConfiguration,
};

/** How an end reads in the words of spec answer-runs 6. */
function ending({ gap_codes }: AnswerRun, outcome: Outcome): Partial<AnswerRun> {
  if (outcome.status === "completed") return { finish_reason: completedReason(gap_codes) };
  const { cause, message } = outcome.failure;
  // Stopped by request, by the pipeline itself, or by somebody at the console.
  if (outcome.status === "stopped" || cause === "aborted") return stopped(cause, message);
  const known = cause === "OpenAiRefused" && !/\bkey\b|account/i.test(message) ? undefined : failures[cause];
  const { finish_reason, code } = known ?? { finish_reason: "run_execution_error", code: executionError };
  return { finish_reason, error_code: code, error_message: masked(message) };
}

/** Why a run with these gaps ended (spec answer-runs 6.2). */
export function completedReason(gapCodes: readonly string[]): string {
  if (gapCodes.length === 0) return "completed (write)";
  const which = gapCodes.includes("MAX_ITERATIONS") ? "max iterations" : "partial evidence";
  return `completed_with_gaps (${which})`;
}

/** The word for an end that the pipeline decided on. */
export const byOrchestrator = "orchestrator";

function stopped(cause: string, message: string): Partial<AnswerRun> {
  return {
    status: "stopped",
    finish_reason: cause === byOrchestrator ? "stopped_by_orchestrator" : "stopped_by_user",
    stop_reason: message,
    error_code: null,
    error_message: null,
  };
}

const executionError: ErrorCode = "RUN_EXECUTION_ERROR";

/** By what the machine caught or the lifecycle found; everything else nobody foresaw. */
const failures: Readonly<Record<string, { finish_reason: string; code: ErrorCode } | undefined>> = {
  // Where it says so; a request that the service does not take for another reason nobody foresaw.
  OpenAiRefused: { finish_reason: "api_key_error", code: "API_KEY_ERROR" },
  DocumentsMissing: { finish_reason: "markdown_extraction_failed", code: "RUN_FAILED" },
  DocumentsUnavailable: { finish_reason: "markdown_extraction_failed", code: "RUN_FAILED" },
  ResearchFailed: { finish_reason: "markdown_result_error", code: "RUN_FAILED" },
  SqlPlanRefused: { finish_reason: "sql_plan_error", code: "RUN_FAILED" },
  SqlUnavailable: { finish_reason: "sql_execution_failed", code: "RUN_FAILED" },
  DecisionFailed: { finish_reason: "decision_error", code: "RUN_FAILED" },
  WriterFailed: { finish_reason: "writer_failed", code: "RUN_FAILED" },
  FallbackWriterFailed: { finish_reason: "max_iterations_exceeded", code: "RUN_FAILED" },
  timedOut: { finish_reason: "run_timed_out", code: "RUN_TIMEOUT" },
  lost: { finish_reason: "stale_run_recovered", code: "RUN_STALE" },
  unfinished: { finish_reason: "run_execution_error", code: executionError },
  notStarted: { finish_reason: "start_failed", code: "RUN_START_FAILED" },
};

/** A text without what could be a key. */
export function masked(text: string): string {
  return text.replace(/sk-[A-Za-z0-9_-]{20,}/g, "sk-***");
}
