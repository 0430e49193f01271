/** Codes a client may see (spec api 1.3, orders 1). Anything else is an internal error. */
export type ErrorCode =
  | "VALIDATION_ERROR"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "ANALYSIS_ALREADY_RUNNING"
  | "RUN_NOT_ACTIVE"
  | "RUN_NOT_RESUMABLE"
  | "IDEMPOTENCY_MISMATCH"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "PAYLOAD_TOO_LARGE"
  | "RATE_LIMITED"
  | "NOT_READY"
  | "REDDIT_API_ERROR"
  | "OPENAI_API_ERROR"
  | "SCHWAB_AUTH_ERROR"
  | "PRICE_UNAVAILABLE"
  | "WEBHOOK_FAILED"
  | "POSITION_ALREADY_CLOSED"
  | "POSITION_NEEDS_REVIEW"
  | "MARKET_HAS_PRICE"
  | "ORDER_NOT_CANCELLABLE"
  | "ORDER_EXISTS"
  | "ORDER_NOT_WAITING"
  | "PRICE_DRIFTED"
  | "QUEUE_FULL"
  | "BREAKER_COOLDOWN"
  | "BREAKER_NOT_TRIPPED"
  | "TEMPLATE_EXPIRED"
  | "TEMPLATE_NOT_ACTIVE"
  | "DUPLICATE_RUN_ID"
  | "RUN_START_FAILED"
  | "RUN_NOT_FINISHED"
  | "RUN_NOT_SUCCESSFUL"
  | "RUN_ALREADY_FINISHED"
  | "ARTIFACT_MISSING"
  | "ARTIFACT_UNREADABLE"
  | "ARTIFACT_EXPIRED"
  | "RUN_EXECUTION_ERROR"
  | "API_KEY_ERROR"
  | "RUN_FAILED"
  | "RUN_TIMEOUT"
  | "RUN_STALE"
  | "CONFIGURATION_ERROR"
  | "DATABASE_ERROR"
  | "INTERNAL_ERROR";

/**
 * Names that state machines match in `ErrorEquals`. They are literals because bundling renames classes,
 * and a renamed class would silently never be retried.
 */
export type ErrorName =
  | "InvalidRequest"
  | "NotFound"
  | "Forbidden"
  | "Conflict"
  | "NotReady"
  | "InvalidPhaseInput"
  | "RunNotActive"
  | "PhaseUnfinished"
  | "RedditUnavailable"
  | "RedditRefused"
  | "OpenAiThrottled"
  | "OpenAiUnavailable"
  | "OpenAiRefused"
  | "BrokerUnavailable"
  | "BrokerRefused"
  | "PricesUnavailable"
  | "WebhookUnavailable"
  | "DocumentsMissing"
  | "DocumentsUnavailable"
  | "ResearchFailed"
  | "SqlUnavailable"
  | "DecisionFailed"
  | "WriterFailed"
  | "FallbackWriterFailed"
  | "ArtifactsUnavailable"
  | "BudgetSpent"
  | "BadReply"
  | "SqlPlanRefused"
  | "StoreUnavailable"
  | "BadConfiguration"
  | "InvalidStoredItem";

export interface ErrorFacts {
  /** The same call may succeed later without anything being changed. */
  retryable?: boolean;
  /** For 422 an array of `{field, problem}`, otherwise an object; shown to the client. */
  details?: unknown;
  /** Seconds the provider asked us to wait. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** The only error this project throws on purpose: a literal name for the workflow, a code for the client. */
export class AppError extends Error {
  override readonly name: ErrorName;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;

  constructor(name: ErrorName, code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = name;
    this.code = code;
    this.retryable = facts.retryable ?? false;
    this.details = facts.details;
    this.retryAfterSeconds = facts.retryAfterSeconds;
    // The header of a stack is fixed when it is captured, and must begin with the literal name wherever it is shown.
    Error.captureStackTrace(this, AppError);
  }
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError;
}

/** As many as somebody reads; a body may hold tens of thousands, and an answer or a line of the log must stay small. */
const mostProblems = 50;

/** The refusal of a request, with one entry for each bad field, the first ones where there are many. */
export function invalidRequest(problems: readonly { field: string; problem: string }[]): AppError {
  const details = problems.slice(0, mostProblems);
  const message = details.map(({ field, problem }) => `${field}: ${problem}`).join("; ");
  return new AppError("InvalidRequest", "VALIDATION_ERROR", `${message}.`, { details });
}
