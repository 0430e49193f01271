import { AppError } from "../runtime/errors.ts";

/** Why a run cannot be taken up again, in a sentence for its user. */
export function notResumable(message: string): AppError {
  return new AppError("Conflict", "RUN_NOT_RESUMABLE", message);
}
