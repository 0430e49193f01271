import type { ErrorCode, ErrorName } from "../runtime/errors.ts";

/** What a run's record says about its failure. Only texts written for users get here. */
export interface Failure {
  code: ErrorCode;
  message: string;
}

/** Failures whose messages are ours, and the code each stands for. */
const known: Partial<Record<ErrorName, ErrorCode>> = {
  RedditUnavailable: "REDDIT_API_ERROR",
  RedditRefused: "REDDIT_API_ERROR",
  OpenAiThrottled: "OPENAI_API_ERROR",
  OpenAiUnavailable: "OPENAI_API_ERROR",
  OpenAiRefused: "OPENAI_API_ERROR",
  StoreUnavailable: "DATABASE_ERROR",
  InvalidStoredItem: "DATABASE_ERROR",
  BadConfiguration: "CONFIGURATION_ERROR",
};

/**
 * Reads what a state machine's Catch hands on. The cause of a Lambda error is a JSON text on AWS
 * (`{errorMessage, errorType, trace}`) and the bare message locally. Texts of unexpected errors stay in the log.
 */
export function readFailure(caught: { Error?: string | undefined; Cause?: string | undefined }): Failure {
  const code = known[caught.Error as ErrorName];
  if (code !== undefined) return { code, message: messageOf(caught.Cause) };
  if (caught.Error === "States.Timeout" || caught.Error === "Sandbox.Timedout") {
    return { code: "INTERNAL_ERROR", message: "A phase of the run took longer than it may." };
  }
  return { code: "INTERNAL_ERROR", message: "The run failed for an unexpected reason; the log has the details." };
}

function messageOf(cause: string | undefined): string {
  try {
    const parsed: unknown = JSON.parse(cause ?? "");
    if (typeof parsed === "object" && parsed !== null && "errorMessage" in parsed) return String(parsed.errorMessage);
  } catch {
    // Not JSON: the bare message.
  }
  return cause ?? "";
}

/** Texts of the lifecycle itself (spec pipeline 1.2, DESIGN section 4). */
export const lifecycleFailures = {
  timedOut: { code: "INTERNAL_ERROR", message: "Run timed out after 60 minutes" },
  aborted: { code: "INTERNAL_ERROR", message: "The run's execution was aborted before it ended." },
  lost: { code: "INTERNAL_ERROR", message: "The run's execution was never started or is gone." },
  unfinished: { code: "INTERNAL_ERROR", message: "The run's execution ended without completing the run." },
  stopped: { code: "INTERNAL_ERROR", message: "Stopped by user" },
  notStarted: { code: "INTERNAL_ERROR", message: "The run's execution could not be started." },
} as const satisfies Record<string, Failure>;
