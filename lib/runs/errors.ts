import { AppError } from "../runtime/errors.ts";

/** What stops a phase at the fence: the run is over, or goes on in another attempt. */
export function notActive(runId: string, attempt: number): AppError {
  return new AppError("RunNotActive", "RUN_NOT_ACTIVE", `Run ${runId} is not active in attempt ${attempt}.`);
}

/** Why a run cannot be taken up again, in a sentence for its user. */
export function notResumable(message: string): AppError {
  return new AppError("Conflict", "RUN_NOT_RESUMABLE", message);
}
