import { AppError } from "../runtime/errors.ts";
import { answerOnce, type IdempotentRequest, remember } from "../store/idempotency.ts";
import { lifecycleFailures } from "./failure.ts";
import { finishRun } from "./finish.ts";
import type { RunKind } from "./kind.ts";
import { readRun } from "./read.ts";
import { executionName, isActive, type RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

/**
 * Ends a run as its kind calls a stopped one, then its execution: in this order, so that nothing the execution still
 * does can count. `reason` is what the run then says. Answers the ended run as `view` shows it. Throws `NOT_FOUND`, or `RUN_NOT_ACTIVE` for a run that is
 * over.
 */
export async function stopRun<R extends RunRecord, S extends RunServices, A extends Record<string, unknown>>(
  kind: RunKind<R, S>,
  services: S,
  runId: string,
  request: IdempotentRequest,
  view: (run: R) => A,
  reason: string = lifecycleFailures.stopped.message,
): Promise<A> {
  const { answer } = await answerOnce(services, request, () => stopNow(kind, services, runId, request, view, reason));
  const run = await readRun(kind, services, runId);
  // Here, so that a repeated request makes up for one that died in between.
  if (!isActive(run)) await stopExecution(kind, services, run);
  return answer;
}

async function stopExecution<R extends RunRecord, S extends RunServices>(kind: RunKind<R, S>, services: S, run: R) {
  const executions = kind.executions(services);
  await executions.stop(executionName(run), lifecycleFailures.stopped.message).catch((error: unknown) => {
    services.log.warn("the execution could not be stopped; the fence ends it", { runId: run.id, error });
  });
}

async function stopNow<R extends RunRecord, S extends RunServices, A extends Record<string, unknown>>(
  kind: RunKind<R, S>,
  services: S,
  runId: string,
  request: IdempotentRequest,
  view: (run: R) => A,
  reason: string,
): Promise<A> {
  const { attempt } = await readRun(kind, services, runId);
  const stopped = await finishRun(kind, services, {
    runId,
    attempt,
    outcome: { status: "stopped", failure: { ...lifecycleFailures.stopped, message: reason } },
    also: (ended) => remember(services.store, request, view(ended), services.clock.now()),
  });
  const run = await readRun(kind, services, runId);
  if (stopped) return view(run);
  throw new AppError("Conflict", "RUN_NOT_ACTIVE", "The run is over.", { details: { status: run.status } });
}
