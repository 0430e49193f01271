import { iso } from "../runtime/dates.ts";
import { update } from "../store/actions.ts";
import { transactReporting } from "../store/events.ts";
import type { Condition } from "../store/expressions.ts";
import { answerOnce, forget, type IdempotentRequest, refuseAnswered, remember } from "../store/idempotency.ts";
import { notResumable } from "./errors.ts";
import { execute, executeAgain } from "./execute.ts";
import type { OnResume, RunKind } from "./kind.ts";
import { takeLock } from "./lock.ts";
import { readRun } from "./read.ts";
import { refuseWhileHeld } from "./refuse-while-held.ts";
import { progressOf, reportOf } from "./report.ts";
import type { RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

/**
 * Takes a failed run up again: the lock, the status of a first attempt and the next attempt in one transaction, then a
 * new execution; markers skip the phases that are done. Only if it failed, and only if `onResume` lets it: anything else
 * is 409 `RUN_NOT_RESUMABLE`. This is the only way back from a terminal state.
 */
export async function resumeRun<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  onResume: OnResume<R, S>,
  services: S,
  runId: string,
  request: IdempotentRequest,
): Promise<{ run_id: string }> {
  const { answer, repeated } = await answerOnce(services, request, () =>
    resume(kind, onResume, services, runId, request),
  );
  if (repeated) await executeAgain(kind, services, answer.run_id);
  return answer;
}

async function resume<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  onResume: OnResume<R, S>,
  services: S,
  runId: string,
  request: IdempotentRequest,
): Promise<{ run_id: string }> {
  const { store, clock, metrics } = services;
  const run = await readRun(kind, services, runId);
  if (run.status !== "failed") throw notResumable(`The run is ${run.status}, only a failed one can be resumed.`);
  const ofKind = await onResume(services, run);
  await refuseWhileHeld(kind, services);
  const next = {
    status: kind.statuses.first,
    attempt: run.attempt + 1,
    attempt_started_at: iso(clock.now()),
    completed_at: null,
    error_code: null,
    error_message: null,
    warnings: null,
    slow_since: null,
  };
  const keys = kind.keys(store.keys);
  const changes = [
    ...takeLock(kind, services, { ...run, ...next }),
    update(keys.run(runId), { set: { ...next, ...keys.runningIndex(runId) } }, ifFailedIn(run.attempt)),
    ...ofKind,
    ...remember(store, request, { run_id: runId }, clock.now()),
  ];
  const resumed = { ...run, ...next };
  const report = reportOf(kind, "run_resumed", resumed, progressOf(resumed));
  const outcome = await transactReporting(services, changes, [report]);
  if (!outcome.applied) {
    refuseAnswered(outcome);
    await refuseWhileHeld(kind, services);
    throw notResumable("Another request has changed the run.");
  }
  metrics.add("RunStarted");
  await execute(kind, services, resumed, forget(store, request));
  return { run_id: runId };
}

function ifFailedIn(attempt: number): Condition {
  return {
    refusal: "changed",
    expression: "#status = :failed AND #attempt = :attempt",
    names: { "#status": "status", "#attempt": "attempt" },
    values: { ":failed": "failed", ":attempt": attempt },
  };
}
