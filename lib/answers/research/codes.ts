import * as z from "zod";
import { AppError, isAppError } from "../../runtime/errors.ts";
import { type BatchCode, batchCodes } from "./record.ts";

/** A reply that breaks what was asked for; the same question may be answered better a second time. */
export function badReply(code: BatchCode, message: string): AppError {
  return new AppError("BadReply", "OPENAI_API_ERROR", message, { retryable: true, details: { code } });
}

/** Why a batch gave nothing, of what its last attempt threw; what a reply lacked is the cause of the model's error. */
export function batchCodeOf(error: unknown): BatchCode {
  if (error instanceof SyntaxError || error instanceof z.ZodError) return "MARKDOWN_OUTPUT_INVALID";
  if (!isAppError(error)) return "MARKDOWN_BATCH_ERROR";
  const { details, cause } = error;
  const named = typeof details === "object" && details !== null && "code" in details ? details.code : undefined;
  return batchCodes.find((code) => code === named) ?? batchCodeOf(cause);
}
