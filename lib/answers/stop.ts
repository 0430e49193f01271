import { readRun } from "../runs/read.ts";
import { isActive } from "../runs/run.ts";
import { stopRun } from "../runs/stop.ts";
import { AppError, isAppError } from "../runtime/errors.ts";
import type { IdempotentRequest } from "../store/idempotency.ts";
import { type AnswerRunServices, answerRun } from "./run.ts";
import { type AnswerStatus, toAnswerStatus } from "./view.ts";

/** Ends a run early, as `stopped`. Throws `NOT_FOUND`, and `RUN_ALREADY_FINISHED` for a run that is over. */
export async function stopAnswer(
  services: AnswerRunServices,
  runId: string,
  request: IdempotentRequest & { body: { reason?: string | undefined } },
): Promise<AnswerStatus> {
  try {
    return await stopRun(answerRun, services, runId, request, toAnswerStatus, request.body.reason);
  } catch (error) {
    if (!isAppError(error) || error.code !== "RUN_NOT_ACTIVE") throw error;
    const run = await readRun(answerRun, services, runId);
    if (isActive(run)) throw error;
    const message = `The run ${runId} is over: ${run.status} (${run.finish_reason}).`;
    throw new AppError("Conflict", "RUN_ALREADY_FINISHED", message, { details: { status: run.status } });
  }
}
