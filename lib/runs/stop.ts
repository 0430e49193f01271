import { AppError } from "../runtime/errors.ts";
import { lifecycleFailures } from "./failure.ts";
import { finishRun } from "./finish.ts";
import { type IdempotentRequest, recall, remember } from "./idempotency.ts";
import { readRun } from "./read.ts";
import { executionName } from "./run.ts";
import type { RunServices } from "./services.ts";
import { type RunStatus, runStatusSchema, toRunStatus } from "./views.ts";

/**
 * Ends a run as `failed`, `Stopped by user`, then its execution: in this order, so that nothing the execution still
 * does can count. Throws `NOT_FOUND`, or `RUN_NOT_ACTIVE` for a run that is over.
 */
export async function stopRun(services: RunServices, runId: string, request: IdempotentRequest): Promise<RunStatus> {
  const earlier = await recall(services.store, request);
  if (earlier) return runStatusSchema.parse(earlier);
  const run = await readRun(services, runId);
  const stopped = await finishRun(services, {
    runId,
    attempt: run.attempt,
    outcome: { status: "failed", failure: lifecycleFailures.stopped },
  });
  if (!stopped)
    throw new AppError("Conflict", "RUN_NOT_ACTIVE", "The run is over.", { details: { status: run.status } });
  await services.executions.stop(executionName(run), lifecycleFailures.stopped.message);
  const status = toRunStatus(await readRun(services, runId));
  await services.store.transact(remember(services.store, request, status, services.clock.now()));
  return status;
}
