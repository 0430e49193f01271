import { marketTimeOfNewRun } from "../realm/market-time.ts";
import { openRealm, type RealmState, readSettings } from "../realm/state.ts";
import { iso, newYorkDay } from "../runtime/dates.ts";
import { AppError, isAppError } from "../runtime/errors.ts";
import { type Action, put, remove, update } from "../store/actions.ts";
import { ifAbsent, ifUnchanged } from "../store/expressions.ts";
import { forget, type IdempotentRequest, recall, remember } from "../store/idempotency.ts";
import { lifecycleFailures } from "./failure.ts";
import { finishRun } from "./finish.ts";
import { type Lock, readLock } from "./lock.ts";
import { reconcileRun } from "./reconcile.ts";
import { executionName, phaseCount, phaseLabels, type Run, runSchema } from "./run.ts";
import type { RunServices } from "./services.ts";

/** How often the start is tried when another request changes the lock, the realm or the key in between. */
const startRetries = 8;

/**
 * Starts a run: lock, run, configuration snapshot and idempotency record in one transaction, then the execution.
 * Of any number of simultaneous requests exactly one starts a run. Throws `ANALYSIS_ALREADY_RUNNING` with
 * `active_run_id`, `IDEMPOTENCY_MISMATCH`, or `DATABASE_ERROR`/`INTERNAL_ERROR` with nothing left behind.
 */
export function startRun(services: RunServices, request: IdempotentRequest): Promise<{ run_id: string }> {
  return unlessAnswered(services, request, () => start(services, request));
}

async function start(services: RunServices, request: IdempotentRequest): Promise<{ run_id: string }> {
  for (let tries = 0; tries < startRetries; tries++) {
    const earlier = await recallStarted(services, request);
    if (earlier) return earlier;
    await refuseWhileHeld(services);
    const realm = await openRealm(services);
    const run = newRun(services, realm);
    const outcome = await services.store.transact(await startActions(services, request, realm, run));
    if (outcome.applied) {
      services.metrics.add("RunStarted");
      await execute(services, run, forget(services.store, request));
      return { run_id: run.id };
    }
  }
  throw new AppError("StoreUnavailable", "DATABASE_ERROR", "The run could not be started; please try again.", {
    retryable: true,
  });
}

function newRun({ clock, ids, config }: RunServices, realm: RealmState): Run {
  const now = clock.now();
  const marketTime = marketTimeOfNewRun(config.marketClock, realm);
  return {
    id: ids.ulid(now.getTime()),
    status: "running",
    attempt: 1,
    current_phase: 1,
    current_phase_label: phaseLabels[1],
    progress_current: 1,
    progress_total: phaseCount,
    started_at: iso(now),
    attempt_started_at: iso(now),
    completed_at: null,
    error_message: null,
    error_code: null,
    signals_created: null,
    positions_opened: null,
    exits_triggered: null,
    positions_recorded: 0,
    exits_recorded: 0,
    results_applied: 0,
    analysis_incomplete_reason: null,
    warnings: null,
    market_time: marketTime && iso(marketTime),
    trading_day: newYorkDay(marketTime ?? now),
    comments_analyzed: 0,
    comments_failed: 0,
    llm_prompt_tokens: 0,
    llm_completion_tokens: 0,
    llm_cost_micro_usd: 0,
    slow_since: null,
  };
}

async function startActions(
  services: RunServices,
  request: IdempotentRequest,
  realm: RealmState,
  run: Run,
): Promise<Action[]> {
  const { store, config, clock } = services;
  const { keys } = store;
  const scenarioDay = config.marketClock.kind === "scenario" ? { scenario_runs: (realm.scenario_runs ?? 0) + 1 } : {};
  const marketTime = run.market_time ? { market_time: run.market_time } : {};
  const realmChanges = { newest_run_id: run.id, ...scenarioDay, ...marketTime };
  return [
    put({ ...keys.lock(), run_id: run.id, attempt: run.attempt, taken_at: run.started_at }, ifAbsent("locked")),
    put({ ...keys.run(run.id), ...keys.runIndex(run.id), ...keys.runningIndex(run.id), ...run }, ifAbsent()),
    put({ ...keys.runConfiguration(run.id), settings: await readSettings(services) }),
    update(keys.counter("RUNS"), { add: { total: 1 } }),
    ...remember(store, request, { run_id: run.id }, clock.now()),
    update(keys.realmState(), { set: realmChanges }, ifUnchanged("scenario_runs", realm.scenario_runs)),
  ];
}

/**
 * The run that an earlier request with this key started or resumed. While that run is running its execution is started
 * once more, which changes nothing (executions are known by their names) unless the earlier request died before it came
 * to that.
 */
export async function recallStarted(
  services: RunServices,
  request: IdempotentRequest,
): Promise<{ run_id: string } | undefined> {
  const { store, clock, executions, log } = services;
  const earlier = await recall(store, request, clock.now());
  if (!earlier) return undefined;
  const runId = String(earlier.run_id);
  const run = await store.get(store.keys.run(runId), runSchema);
  if (run?.status === "running") {
    // Also where this is refused the first start may have succeeded, so only reconciliation may end the run.
    const outcome = await executions.start(executionName(run), { runId, attempt: run.attempt });
    log.info("run started again for a repeated request", { runId, attempt: run.attempt, execution: outcome });
  }
  return { run_id: runId };
}

/**
 * What `work` answers. Where it is refused, an equal request with the same key may have been first after `work` had
 * looked for its answer: then that is the answer here too.
 */
export async function unlessAnswered(
  services: RunServices,
  request: IdempotentRequest,
  work: () => Promise<{ run_id: string }>,
): Promise<{ run_id: string }> {
  try {
    return await work();
  } catch (error) {
    const refused = isAppError(error) && error.name === "Conflict";
    const meanwhile = refused ? await recallStarted(services, request) : undefined;
    if (meanwhile) return meanwhile;
    if (refused && error.code === "ANALYSIS_ALREADY_RUNNING") services.metrics.add("RunRefused");
    throw error;
  }
}

/**
 * Starts the execution of an attempt that the table already holds. Refused for certain: the run fails and the caller
 * gets an error. Outcome unknown: everything stays, and reconciliation finds out what happened.
 */
export async function execute(services: RunServices, run: Run, undo: readonly Action[]): Promise<void> {
  const started = await services.executions.start(executionName(run), { runId: run.id, attempt: run.attempt });
  services.log.info("run started", { runId: run.id, attempt: run.attempt, execution: started });
  if (started === "refused") {
    const failure = lifecycleFailures.notStarted;
    const outcome = { status: "failed", failure } as const;
    await finishRun(services, { runId: run.id, attempt: run.attempt, outcome, also: () => [...undo] });
    throw new AppError("Conflict", "INTERNAL_ERROR", failure.message);
  }
}

/** Returns when the lock is free; throws 409 while the run that holds it goes on. */
export async function refuseWhileHeld(services: RunServices): Promise<void> {
  const { store } = services;
  const lock = await readLock(services);
  if (!lock) return;
  if (await isRunning(services, lock)) {
    throw new AppError("Conflict", "ANALYSIS_ALREADY_RUNNING", "An analysis is already running.", {
      details: { active_run_id: lock.run_id },
    });
  }
  // Ending the run has freed the lock; this only matters where a lock was left behind by hand or by a damaged run.
  await store.transact([remove(store.keys.lock(), ifUnchanged("run_id", lock.run_id))]);
}

/** Where Step Functions cannot be asked, the run has to be taken for running: nobody else decides who holds the lock. */
async function isRunning(services: RunServices, lock: Lock): Promise<boolean> {
  const { store, executions, log } = services;
  try {
    const holder = await store.get(store.keys.run(lock.run_id), runSchema);
    return holder !== undefined && (await reconcileRun(services, holder)) === "running";
  } catch (error) {
    if (isAppError(error) && error.name === "StoreUnavailable") throw error;
    log.warn("the holder of the lock is damaged or could not be asked for", { runId: lock.run_id, error });
    if (!isAppError(error) || error.name !== "InvalidStoredItem") return true;
    const execution = await executions.describe(executionName({ id: lock.run_id, attempt: lock.attempt }));
    return execution?.status === "RUNNING";
  }
}
