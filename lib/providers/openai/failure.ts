import { APIConnectionTimeoutError, APIError } from "openai";
import { AppError, isAppError } from "../../runtime/errors.ts";
import { retryAfterSeconds } from "../calls/http.ts";
import type { ModelUsage } from "./model.ts";

/** What is known of the call that failed. */
export interface FailedCall {
  /** Our own limit ended it. */
  timedOut: boolean;
  timeoutMs: number;
  /** An image that cannot be fetched is answered with 400, and may be fetched a moment later. */
  withImage: boolean;
  /** Spent so far, for the ledger. */
  usage: ModelUsage;
  /** Never to be seen in a message, nor is any part of the question. */
  apiKey: string;
  question: string;
  now: Date;
}

/** Above this a wait is the workflow's, not a call's. */
export const longestWaitMs = 30_000;

/** Whoever pays has to act: waiting does not help. */
const billingCodes = new Set([
  "insufficient_quota",
  "quota_exceeded",
  "billing_hard_limit_reached",
  "billing_not_active",
  "account_deactivated",
  "access_terminated",
]);

/** A shorter text may pass. */
const lengthCodes = new Set(["context_length_exceeded", "string_above_max_length"]);

/** Faults of this one text. They must not fail a run, or a single comment could. */
export const contentCodes = new Set(["content_filter", "content_policy_violation", "invalid_prompt", ...lengthCodes]);

/** Whether the model cannot read as much as it was asked about at once. */
export function isTooLong(error: unknown): boolean {
  const details = isAppError(error) ? error.details : undefined;
  return typeof details === "object" && details !== null && "tooLong" in details;
}

/** Turns whatever the SDK threw into the errors of `Model` (spec pipeline 1.5, reliability 38–43). Messages are shown to users. */
export function toModelError(error: unknown, call: FailedCall): AppError {
  if (call.timedOut || error instanceof APIConnectionTimeoutError) {
    return unavailable(call, `OpenAI did not answer within ${call.timeoutMs} ms`, true);
  }
  if (error instanceof SyntaxError) return unavailable(call, "OpenAI's answer is not JSON", true);
  if (!(error instanceof APIError) || error.status === undefined) {
    return unavailable(call, `no connection to OpenAI${networkCode(error)}`, true);
  }
  return answeredWith(error.status, error, call);
}

function answeredWith(status: number, error: APIError, call: FailedCall): AppError {
  const label = labelOf(status, error);
  if (isUnpaid(status, error)) {
    return refused(call, `the quota of the OpenAI account is exhausted or its billing is not active (${label})`);
  }
  if (status === 401) return refused(call, `OpenAI refused the API key (${label})`);
  if (status === 403) return refused(call, `OpenAI refused access with this API key (${label})`);
  if ([408, 409, 429].includes(status) || status >= 500) return outOfOrder(status, error, call);
  if (status === 400 && call.withImage) return unavailable(call, `OpenAI cannot read the image (${label})`, true);
  if (status === 413 || contentCodes.has(error.code ?? "")) return unsuited(status, error, call);
  if (status < 400) {
    return refused(call, `the OpenAI address redirects elsewhere (${label}); redirects are not followed`);
  }
  return refused(call, `OpenAI does not accept the request (${label}): ${shown(error.message, call)}`);
}

function unsuited(status: number, error: APIError, { usage }: FailedCall): AppError {
  const tooLong = status === 413 || lengthCodes.has(error.code ?? "");
  const message = `OpenAI does not process this text (${labelOf(status, error)})`;
  return new AppError("OpenAiUnavailable", "OPENAI_API_ERROR", message, {
    details: { usage, ...(tooLong && { tooLong }) },
  });
}

function isUnpaid(status: number, { code, type }: APIError): boolean {
  return status === 402 || billingCodes.has(code ?? "") || billingCodes.has(type ?? "");
}

function outOfOrder(status: number, error: APIError, call: FailedCall): AppError {
  const label = labelOf(status, error);
  const asked = askedWaitSeconds(error, call.now);
  const problem = status === 429 ? "OpenAI's rate limit is reached" : "OpenAI is out of order";
  if (asked === undefined || asked * 1000 <= longestWaitMs) {
    return unavailable(call, `${problem} (${label})`, true, asked);
  }
  return new AppError("OpenAiThrottled", "OPENAI_API_ERROR", `${problem} for ${Math.ceil(asked)} s (${label})`, {
    retryable: true,
    details: { usage: call.usage },
    retryAfterSeconds: asked,
  });
}

function unavailable({ usage }: FailedCall, message: string, retryable: boolean, retryAfter?: number): AppError {
  return new AppError("OpenAiUnavailable", "OPENAI_API_ERROR", message, {
    retryable,
    details: { usage },
    ...(retryAfter !== undefined && { retryAfterSeconds: retryAfter }),
  });
}

function refused({ usage }: FailedCall, message: string): AppError {
  return new AppError("OpenAiRefused", "OPENAI_API_ERROR", message, { details: { usage } });
}

function labelOf(status: number, error: APIError): string {
  const code = [error.code, error.type].find((word) => typeof word === "string" && /^[\w.-]{1,60}$/.test(word));
  return code ? `HTTP ${status}, ${code}` : `HTTP ${status}`;
}

/** The longest of what headers and message ask for: not all of them are always sent, and too early a retry is a lost one. */
function askedWaitSeconds(error: APIError, now: Date): number | undefined {
  const headers = error.headers ?? new Headers();
  const milliseconds = Number(headers.get("retry-after-ms") ?? Number.NaN);
  const asked = [retryAfterSeconds(headers, now), milliseconds / 1000, waitInMessage(error.message)].filter(
    (seconds) => seconds !== undefined && Number.isFinite(seconds) && seconds >= 0,
  ) as number[];
  return asked.length === 0 ? undefined : Math.max(...asked);
}

/** "Please try again in 1.78s", "… in 6m0s", "… in 120ms". */
function waitInMessage(message: string): number | undefined {
  const span = /try again in ((?:\d+(?:\.\d+)?(?:ms|h|m|s))+)/i.exec(message)?.[1];
  if (span === undefined) return undefined;
  const unit: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  return [...span.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/gi)].reduce(
    (sum, [, amount, name]) => sum + Number(amount) * (unit[name?.toLowerCase() ?? ""] ?? 0),
    0,
  );
}

function networkCode(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string") return ` (${cause.code})`;
  }
  return "";
}

/** What the service says, as far as it is not our own: some send back what they were sent, and messages are logged. */
function shown(message: string, { apiKey, question }: FailedCall): string {
  const text = message
    .replaceAll(apiKey, "[redacted]")
    .replace(/\b(?:sk|org|proj)-[\w*-]+/g, "[redacted]")
    .slice(0, 300);
  return quotes(text, question) ? "it quotes the question" : text;
}

/** As many letters and digits in the same order are no accident. */
const quotedLength = 20;

/** Whether a text repeats a piece of another, however that was escaped. */
function quotes(text: string, other: string): boolean {
  const [letters, all] = [text, other].map((each) => each.replace(/[^\p{L}\p{N}]/gu, "")) as [string, string];
  for (let at = 0; at + quotedLength <= letters.length; at++) {
    if (all.includes(letters.slice(at, at + quotedLength))) return true;
  }
  return false;
}
