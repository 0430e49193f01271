import { marketNow } from "../realm/market-time.ts";
import { readRealm } from "../realm/state.ts";
import { iso, newYorkDay } from "../runtime/dates.ts";
import { AppError } from "../runtime/errors.ts";
import { check, put, update } from "../store/actions.ts";
import { type Condition, ifAbsent, ifUnchanged } from "../store/expressions.ts";
import { forget, type IdempotentRequest, remember } from "../store/idempotency.ts";
import { readRun } from "./read.ts";
import { type Run, runSchema } from "./run.ts";
import type { RunServices } from "./services.ts";
import { execute, recallStarted, refuseWhileHeld, unlessAnswered } from "./start.ts";

/**
 * Takes a failed run up again: the lock, the status `running` and the next attempt in one transaction, then a new
 * execution; markers skip the phases that are done. Only the newest run, only if it failed, only on its trading day:
 * anything else is 409 `RUN_NOT_RESUMABLE`. This is the only way back from a terminal state.
 */
export function resumeRun(
  services: RunServices,
  runId: string,
  request: IdempotentRequest,
): Promise<{ run_id: string }> {
  return unlessAnswered(services, request, () => resume(services, runId, request));
}

async function resume(services: RunServices, runId: string, request: IdempotentRequest): Promise<{ run_id: string }> {
  const { store, clock } = services;
  const earlier = await recallStarted(services, request);
  if (earlier) return earlier;
  const run = await readRun(services, runId);
  await refuseUnlessResumable(services, run);
  await refuseWhileHeld(services);
  const now = iso(clock.now());
  const attempt = run.attempt + 1;
  const outcome = await store.transact([
    put({ ...store.keys.lock(), run_id: runId, attempt, taken_at: now }, ifAbsent("locked")),
    update(
      store.keys.run(runId),
      {
        set: {
          status: "running",
          attempt,
          attempt_started_at: now,
          completed_at: null,
          error_code: null,
          error_message: null,
          warnings: null,
          slow_since: null,
          ...store.keys.runningIndex(runId),
        },
      },
      ifFailedIn(run.attempt),
    ),
    check(store.keys.realmState(), ifUnchanged("newest_run_id", runId)),
    ...remember(store, request, { run_id: runId }, clock.now()),
  ]);
  if (!outcome.applied) {
    await refuseWhileHeld(services);
    throw notResumable("Another request has changed the run.");
  }
  services.metrics.add("RunStarted");
  const resumed = await store.get(store.keys.run(runId), runSchema);
  if (resumed) await execute(services, resumed, forget(store, request));
  return { run_id: runId };
}

async function refuseUnlessResumable(services: RunServices, run: Run): Promise<void> {
  if (run.status !== "failed") throw notResumable(`The run is ${run.status}, only a failed one can be resumed.`);
  const realm = await readRealm(services);
  if (realm?.newest_run_id !== run.id) throw notResumable("A newer run exists; start a new one instead.");
  const now = marketNow(services.config.marketClock, realm, services.clock);
  if (newYorkDay(now) !== run.trading_day)
    throw notResumable(`The run belongs to ${run.trading_day}; start a new one.`);
}

function notResumable(message: string): AppError {
  return new AppError("Conflict", "RUN_NOT_RESUMABLE", message);
}

function ifFailedIn(attempt: number): Condition {
  return {
    refusal: "changed",
    expression: "#status = :failed AND #attempt = :attempt",
    names: { "#status": "status", "#attempt": "attempt" },
    values: { ":failed": "failed", ":attempt": attempt },
  };
}
