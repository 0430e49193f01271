import { iso } from "../runtime/dates.ts";
import { AppError } from "../runtime/errors.ts";
import { put, update } from "../store/actions.ts";
import { transactReporting } from "../store/events.ts";
import { ifAbsent } from "../store/expressions.ts";
import { answerOnce, forget, type IdempotentRequest, refuseAnswered, remember } from "../store/idempotency.ts";
import { execute, executeAgain } from "./execute.ts";
import type { RunKind, RunStart } from "./kind.ts";
import { takeLock } from "./lock.ts";
import { callRuns } from "./queue/call.ts";
import { queueFull, takePlace } from "./queue/places.ts";
import { refuseWhileHeld } from "./refuse-while-held.ts";
import { progressOf, reportOf } from "./report.ts";
import type { RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

/**
 * Starts a run of a kind: lock, run, configuration snapshot and idempotency record in one transaction, then the
 * execution, which a run of a kind with a queue may have to wait for. Where the kind has a lock, exactly one of any
 * number of simultaneous requests starts a run. Throws the kind's 409, that its queue is full, `IDEMPOTENCY_MISMATCH`, or `DATABASE_ERROR`/`INTERNAL_ERROR` with nothing left behind.
 */
export async function startRun<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  how: RunStart<R, S>,
  services: S,
  request: IdempotentRequest,
): Promise<{ run_id: string }> {
  const { answer, repeated } = await answerOnce(services, request, () => start(kind, how, services, request));
  if (repeated) await executeAgain(kind, services, answer.run_id);
  return answer;
}

async function start<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  how: RunStart<R, S>,
  services: S,
  request: IdempotentRequest,
): Promise<{ run_id: string }> {
  for (let tries = 0; tries < (how.tries ?? 8); tries++) {
    await refuseWhileHeld(kind, services);
    const run = await begin(kind, how, services, request, tries);
    if (!run) continue;
    services.metrics.add("RunStarted");
    if (kind.queue) await callRuns(kind, services, run.id);
    else await execute(kind, services, run, forget(services.store, request));
    return { run_id: run.id };
  }
  throw new AppError("StoreUnavailable", "DATABASE_ERROR", "The run could not be started; please try again.", {
    retryable: true,
  });
}

/** Writes all that a new run consists of; undefined where another request came between. */
async function begin<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  how: RunStart<R, S>,
  services: S,
  request: IdempotentRequest,
  tries: number,
): Promise<R | undefined> {
  const { store, clock, ids } = services;
  const now = clock.now();
  const { own, actions } = await how.onStart(services, tries);
  const run = kind.record.parse({ ...firstRecord(kind, ids.ulid(now.getTime()), iso(now)), ...own });
  const keys = kind.keys(store.keys);
  const changes = [
    ...takeLock(kind, services, run),
    ...takePlace(kind, services, run),
    put({ ...keys.run(run.id), ...keys.runIndex(run), ...keys.runningIndex(run.id), ...run }, ifAbsent()),
    put({ ...keys.runConfiguration(run.id), settings: await how.snapshot(services) }),
    update(store.keys.counter(keys.runCounter), { add: { total: 1 } }),
    ...remember(store, request, { run_id: run.id }, clock.now()),
    ...actions(run),
  ];
  const outcome = await transactReporting(services, changes, [reportOf(kind, "run_started", run, progressOf(run))]);
  if (outcome.applied) return run;
  if (kind.queue && outcome.refusals.includes(queueFull)) throw kind.queue.full();
  refuseAnswered(outcome);
  return undefined;
}

/** What a run of a kind is when its first attempt begins, but for what the kind adds. */
function firstRecord(kind: Pick<RunKind, "phases" | "statuses" | "queue">, id: string, now: string): RunRecord {
  return {
    id,
    status: kind.statuses.first,
    attempt: 1,
    current_phase: 1,
    current_phase_label: kind.phases[0],
    progress_current: 1,
    progress_total: kind.phases.length,
    started_at: now,
    attempt_started_at: now,
    completed_at: null,
    error_message: null,
    error_code: null,
    warnings: null,
    market_time: null,
    slow_since: null,
    place: kind.queue ? "waiting" : null,
  };
}
