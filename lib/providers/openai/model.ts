import type * as z from "zod";

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
  /** For log lines only. */
  commentId: string;
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
 * `OpenAiUnavailable` (this one call failed for good after its retries, malformed replies included).
 * Every failure after tokens were spent carries them as `details: { usage }`, so that the ledger misses nothing.
 */
export interface Model {
  annotate<T>(request: ModelRequest<T>): Promise<ModelAnswer<T>>;
  describeImage(request: VisionRequest): Promise<ModelAnswer<string>>;
}
