import { isAppError } from "../runtime/errors.ts";
import type { RunKind } from "./kind.ts";
import { freeLock, type Lock, readLock } from "./lock.ts";
import { reconcileRun } from "./reconcile.ts";
import { executionName, type RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

/** Returns when the kind's lock is free; throws the kind's 409 while the run that holds it goes on. */
export async function refuseWhileHeld<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  services: S,
): Promise<void> {
  const lock = await readLock(kind, services);
  if (!kind.lock || !lock) return;
  if (await isHeld(kind, services, lock)) {
    services.metrics.add("RunRefused");
    throw kind.lock.busy(lock.run_id);
  }
  // Ending the run has freed the lock; this only matters where a lock was left behind by hand or by a damaged run.
  await services.store.transact(freeLock(kind, services, lock.run_id));
}

/** Where Step Functions cannot be asked, the run has to be taken for running: nobody else decides who holds the lock. */
async function isHeld<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  services: S,
  lock: Lock,
): Promise<boolean> {
  const { store, log } = services;
  const executions = kind.executions(services);
  try {
    const holder = await store.get(kind.keys(store.keys).run(lock.run_id), kind.record);
    return holder !== undefined && (await reconcileRun(kind, services, holder)) === "running";
  } catch (error) {
    if (isAppError(error) && error.name === "StoreUnavailable") throw error;
    log.warn("the holder of the lock is damaged or could not be asked for", { runId: lock.run_id, error });
    if (!isAppError(error) || error.name !== "InvalidStoredItem") return true;
    const execution = await executions.describe(executionName({ id: lock.run_id, attempt: lock.attempt }));
    return execution?.status === "RUNNING";
  }
}
