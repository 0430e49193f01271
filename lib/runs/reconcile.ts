import * as z from "zod";
import type { ExecutionStatus } from "../providers/aws/executions.ts";
import { type Failure, lifecycleFailures, timedOut } from "./failure.ts";
import { finishRun } from "./finish.ts";
import type { RunKind } from "./kind.ts";
import { callRuns } from "./queue/call.ts";
import { executionName, isActive, parseExecutionName, type RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

/** An execution that nobody knows counts as lost after this long; before it, its start may still be under way. */
const unknownGraceMs = 60_000;

/**
 * Compares a run with its execution and ends the run where the execution is over. Answers whether the run still holds
 * on: Step Functions decides that, never a clock. Throws where Step Functions cannot be asked.
 */
export async function reconcileRun<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  services: S,
  run: R,
): Promise<"running" | "over"> {
  if (!isActive(run)) return "over";
  // Its execution begins with its turn.
  if (run.place === "waiting") return "running";
  const executions = kind.executions(services);
  const execution = await executions.describe(executionName(run));
  const ageMs = services.clock.now().getTime() - Date.parse(run.attempt_started_at);
  if (execution === undefined && ageMs <= unknownGraceMs) return "running";
  if (execution?.status === "RUNNING" || execution?.status === "PENDING_REDRIVE") return "running";
  const failure = execution === undefined ? lifecycleFailures.lost : failureOf(kind, execution.status);
  services.log.warn("ending a run without a live execution", {
    runId: run.id,
    attempt: run.attempt,
    execution: execution?.status ?? "unknown",
  });
  await finishRun(kind, services, { runId: run.id, attempt: run.attempt, outcome: { status: "failed", failure } });
  return "over";
}

function failureOf(kind: Pick<RunKind, "limitMinutes">, status: ExecutionStatus): Failure {
  if (status === "TIMED_OUT") return timedOut(kind);
  if (status === "ABORTED") return lifecycleFailures.aborted;
  return lifecycleFailures.unfinished;
}

/** What of the service's status event is read. */
export const executionEventSchema = z.object({
  detail: z.object({
    stateMachineArn: z.string(),
    name: z.string(),
    status: z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"]),
  }),
});
type ExecutionEvent = z.infer<typeof executionEventSchema>["detail"];

/**
 * The second witness: the service says that an execution ended. The machine tells the kind. Repeated, late and foreign
 * events change nothing. Whatever has ended it, the place of the run is free, and the next one's turn has come.
 */
export async function executionEnded<S extends RunServices>(
  kinds: readonly RunKind<RunRecord, S>[],
  services: S,
  event: ExecutionEvent,
): Promise<void> {
  const kind = kinds.find((one) => one.executions(services).machineArn === event.stateMachineArn);
  const ended = parseExecutionName(event.name);
  if (!kind || !ended || event.status === "RUNNING" || event.status === "PENDING_REDRIVE") return;
  await finishRun(kind, services, {
    runId: ended.id,
    attempt: ended.attempt,
    outcome: { status: "failed", failure: failureOf(kind, event.status) },
  });
  await callRuns(kind, services);
}
