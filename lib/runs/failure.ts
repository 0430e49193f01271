import type { ErrorCode, ErrorName } from "../runtime/errors.ts";

/** What a run's record says about its failure. Only texts written for users get here. */
export interface Failure {
  code: ErrorCode;
  message: string;
  /** The literal name of the error that the machine caught, or the lifecycle's own word. */
  cause: string;
}

/** How a run ends. */
export type Outcome = { status: "completed" } | { status: "failed" | "stopped"; failure: Failure };

/** Failures whose messages are ours, and the code each stands for. */
const known = new Map<string | undefined, ErrorCode>(
  Object.entries({
    RedditUnavailable: "REDDIT_API_ERROR",
    RedditRefused: "REDDIT_API_ERROR",
    OpenAiThrottled: "OPENAI_API_ERROR",
    OpenAiUnavailable: "OPENAI_API_ERROR",
    OpenAiRefused: "OPENAI_API_ERROR",
    BrokerUnavailable: "PRICE_UNAVAILABLE",
    BrokerRefused: "SCHWAB_AUTH_ERROR",
    PricesUnavailable: "PRICE_UNAVAILABLE",
    StoreUnavailable: "DATABASE_ERROR",
    InvalidStoredItem: "DATABASE_ERROR",
    BadConfiguration: "CONFIGURATION_ERROR",
    NotReady: "NOT_READY",
    DocumentsMissing: "RUN_FAILED",
    DocumentsUnavailable: "RUN_FAILED",
    ResearchFailed: "RUN_FAILED",
    SqlPlanRefused: "RUN_FAILED",
    SqlUnavailable: "RUN_FAILED",
    DecisionFailed: "RUN_FAILED",
    WriterFailed: "RUN_FAILED",
    FallbackWriterFailed: "RUN_FAILED",
    ArtifactsUnavailable: "RUN_FAILED",
  } satisfies Partial<Record<ErrorName, ErrorCode>>),
);

/**
 * Reads what a state machine's Catch hands on. The cause of a Lambda error is a JSON text on AWS
 * (`{errorMessage, errorType, trace}`) and the bare message locally. Texts of unexpected errors stay in the log.
 */
export function readFailure(caught: { Error?: string | undefined; Cause?: string | undefined }): Failure {
  const code = known.get(caught.Error);
  const message = messageOf(caught.Cause);
  const cause = caught.Error ?? "unknown";
  if (code !== undefined && message !== undefined) return { code, message, cause };
  if (caught.Error === "States.Timeout" || caught.Error === "Sandbox.Timedout") {
    return { code: "INTERNAL_ERROR", message: "A phase of the run took longer than it may.", cause };
  }
  return {
    code: code ?? "INTERNAL_ERROR",
    message: "The run failed for an unexpected reason; the log has the details.",
    cause,
  };
}

/** The message in a cause; undefined where there is none, because the rest (types, traces) is not for users. */
function messageOf(cause: string | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(cause ?? "");
    const { errorMessage } = parsed as { errorMessage?: unknown };
    return typeof errorMessage === "string" && errorMessage !== "" ? errorMessage : undefined;
  } catch {
    // Not JSON: the bare message.
    return cause || undefined;
  }
}

/** Texts of the lifecycle itself (spec pipeline 1.2, DESIGN section 4). */
export const lifecycleFailures = {
  aborted: { code: "INTERNAL_ERROR", message: "The run's execution was aborted before it ended.", cause: "aborted" },
  lost: { code: "INTERNAL_ERROR", message: "The run's execution was never started or is gone.", cause: "lost" },
  unfinished: {
    code: "INTERNAL_ERROR",
    message: "The run's execution ended without completing the run.",
    cause: "unfinished",
  },
  stopped: { code: "INTERNAL_ERROR", message: "Stopped by user", cause: "stopped" },
  notStarted: { code: "INTERNAL_ERROR", message: "The run's execution could not be started.", cause: "notStarted" },
} as const satisfies Record<string, Failure>;

/** Of an execution that has reached the time-out of its machine. */
export function timedOut({ limitMinutes }: { limitMinutes: number }): Failure {
  return { code: "INTERNAL_ERROR", message: `Run timed out after ${limitMinutes} minutes`, cause: "timedOut" };
}
