import { AppError } from "../../runtime/errors.ts";

/** The store of artifacts did not answer, or refused; it says nothing about whether there is one. */
export function artifactsUnavailable(key: string, cause: unknown): AppError {
  return new AppError("ArtifactsUnavailable", "INTERNAL_ERROR", `The artifact ${key} could not be reached.`, {
    retryable: true,
    cause,
  });
}
