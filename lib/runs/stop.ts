import { AppError } from "../runtime/errors.ts";
import { type IdempotentRequest, recall, remember } from "../store/idempotency.ts";
import { lifecycleFailures } from "./failure.ts";
import { finishRun } from "./finish.ts";
import { readRun } from "./read.ts";
import { executionName } from "./run.ts";
import type { RunServices } from "./services.ts";
import { type RunStatus, runStatusSchema, toRunStatus } from "./views.ts";

/**
 * Ends a run as `failed`, `Stopped by user`, then its execution: in this order, so that nothing the execution still
 * does can count. Throws `NOT_FOUND`, or `RUN_NOT_ACTIVE` for a run that is over.
 */
export async function stopRun(services: RunServices, runId: string, request: IdempotentRequest): Promise<RunStatus> {
  const status = (await recallStopped(services, request)) ?? (await stopNow(services, runId, request));
  // Here, so that a repeated request makes up for one that died in between.
  await services.executions.stop(executionName(status), lifecycleFailures.stopped.message).catch((error: unknown) => {
    services.log.warn("the execution could not be stopped; the fence ends it", { runId, error });
  });
  return status;
}

async function recallStopped({ store, clock }: RunServices, request: IdempotentRequest) {
  const earlier = await recall(store, request, clock.now());
  return earlier && runStatusSchema.parse(earlier);
}

async function stopNow(services: RunServices, runId: string, request: IdempotentRequest): Promise<RunStatus> {
  const { store, clock } = services;
  const { attempt } = await readRun(services, runId);
  const stopped = await finishRun(services, {
    runId,
    attempt,
    outcome: { status: "failed", failure: lifecycleFailures.stopped },
    also: (ended) => remember(store, request, toRunStatus(ended), clock.now()),
  });
  if (stopped) return toRunStatus(await readRun(services, runId));
  const meanwhile = await recallStopped(services, request);
  if (meanwhile) return meanwhile;
  const { status } = await readRun(services, runId);
  throw new AppError("Conflict", "RUN_NOT_ACTIVE", "The run is over.", { details: { status } });
}
