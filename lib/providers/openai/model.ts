import type * as z from "zod";
import type { RetryPolicy } from "../calls/retry.ts";

/** What one call of the model used, as the provider counted it. */
export interface ModelUsage {
  promptTokens: number;
  completionTokens: number;
}

export interface ModelRequest<T> {
  system: string;
  user: string;
  /** The reply is requested in this form (strict JSON schema) … */
  schemaName: string;
  schema: z.ZodType;
  /** … but read by this function, which throws when the reply is malformed; the call is then tried again. */
  read: (replyText: string) => T;
  marketTime: Date;
  /** What the call is about, for log lines only: `{commentId}`. */
  about: Record<string, string>;
  /** Where it is another kind of work than judging one comment. */
  effort?: Effort;
}

/** How much a call may take and how often it is tried. What is replied to it is more than a comment's, and is not logged. */
export interface Effort {
  policy: RetryPolicy;
  /** For one attempt, from the request to the last byte of the answer. */
  timeoutMs: number;
  maxOutputTokens: number;
}

export interface ModelAnswer<T> {
  value: T;
  usage: ModelUsage;
}

export interface VisionRequest {
  instruction: string;
  imageUrl: string;
  marketTime: Date;
  /** For log lines only. */
  postId: string;
}

/**
 * The language model. Failures are AppErrors:
 * `OpenAiRefused` (key refused, quota exhausted: nothing further may be asked),
 * `OpenAiThrottled` (asked to wait longer than a call may wait; `retryAfterSeconds` says how long),
 * `OpenAiUnavailable` (this one call failed for good after its retries, malformed replies included, whose `cause` is what
 * `read` threw; a question that is longer than the model's context says so, see `isTooLong`).
 * Every failure after tokens were spent carries them as `details: { usage }`, so that the ledger misses nothing.
 */
export interface Model {
  reply<T>(request: ModelRequest<T>): Promise<ModelAnswer<T>>;
  describeImage(request: VisionRequest): Promise<ModelAnswer<string>>;
}
