import type { APIGatewayProxyResult } from "aws-lambda";
import { iso } from "../runtime/dates.ts";
import { AppError, type ErrorCode, isAppError } from "../runtime/errors.ts";
import { apiVersion } from "../runtime/version.ts";

/** The one status of each code (DESIGN section 6). */
export const statusOf: Record<ErrorCode, number> = {
  VALIDATION_ERROR: 422,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ANALYSIS_ALREADY_RUNNING: 409,
  RUN_NOT_ACTIVE: 409,
  RUN_NOT_RESUMABLE: 409,
  IDEMPOTENCY_MISMATCH: 422,
  UNSUPPORTED_MEDIA_TYPE: 415,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  NOT_READY: 503,
  REDDIT_API_ERROR: 502,
  OPENAI_API_ERROR: 502,
  SCHWAB_AUTH_ERROR: 502,
  PRICE_UNAVAILABLE: 503,
  WEBHOOK_FAILED: 502,
  POSITION_ALREADY_CLOSED: 409,
  POSITION_NEEDS_REVIEW: 409,
  MARKET_HAS_PRICE: 409,
  ORDER_NOT_CANCELLABLE: 400,
  ORDER_EXISTS: 409,
  ORDER_NOT_WAITING: 409,
  PRICE_DRIFTED: 409,
  QUEUE_FULL: 503,
  BREAKER_COOLDOWN: 409,
  BREAKER_NOT_TRIPPED: 409,
  TEMPLATE_EXPIRED: 409,
  TEMPLATE_NOT_ACTIVE: 409,
  DUPLICATE_RUN_ID: 409,
  RUN_START_FAILED: 500,
  RUN_NOT_FINISHED: 409,
  RUN_NOT_SUCCESSFUL: 409,
  RUN_ALREADY_FINISHED: 409,
  ARTIFACT_MISSING: 500,
  ARTIFACT_UNREADABLE: 500,
  ARTIFACT_EXPIRED: 410,
  RUN_EXECUTION_ERROR: 500,
  API_KEY_ERROR: 502,
  RUN_FAILED: 500,
  RUN_TIMEOUT: 500,
  RUN_STALE: 500,
  CONFIGURATION_ERROR: 503,
  DATABASE_ERROR: 500,
  INTERNAL_ERROR: 500,
};
export const errorCodes = Object.keys(statusOf) as ErrorCode[];

/** The body of a success: `{data, meta}`. */
export function envelope(data: unknown, meta: Record<string, unknown>, now: Date) {
  return { data, meta: { timestamp: iso(now), version: apiVersion, ...meta } };
}

export function jsonResponse(status: number, body: unknown, headers: Record<string, string>): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

/**
 * The answer to a request that failed. What the client may know is in AppErrors; of store failures and of anything
 * unexpected it learns a constant text and the request id, under which the log has the rest. `bare` leaves the envelope out.
 */
export function errorResponse(
  error: unknown,
  requestId: string,
  headers: Record<string, string>,
  bare?: boolean,
): APIGatewayProxyResult {
  const shown = isAppError(error) ? error : new AppError("NotReady", "INTERNAL_ERROR", "Something went wrong.");
  const status = statusOf[shown.code];
  const internal = status === 500;
  const details = internal ? { request_id: requestId } : shown.details;
  const content = {
    code: shown.code,
    message: internal ? (internalTexts[shown.code] ?? shown.message) : shown.message,
    ...(details !== undefined && { details }),
  };
  const wait = shown.retryAfterSeconds;
  return jsonResponse(status, bare ? content : { error: content }, {
    ...headers,
    ...(wait !== undefined && { "retry-after": String(Math.ceil(wait)) }),
  });
}

const internalTexts: Partial<Record<ErrorCode, string>> = {
  DATABASE_ERROR: "The store failed; nothing was changed that is not complete.",
  INTERNAL_ERROR: "The request failed for an unexpected reason.",
};
