import * as z from "zod";
import { type Action, put, remove } from "../store/actions.ts";
import { ifAbsent, ifUnchanged } from "../store/expressions.ts";
import type { RunKind } from "./kind.ts";
import type { RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

type HasStore = Pick<RunServices, "store">;

/** The attempt stands here too, so that the execution can be asked for even where the run's own item is damaged. */
const lockSchema = z.object({ run_id: z.string(), attempt: z.number().int().default(1), taken_at: z.string() });
export type Lock = z.infer<typeof lockSchema>;

/** What the freeing of a lock is refused as that has changed hands. */
export const lockMoved = "lock moved";

/** Who holds the kind's lock, read strongly; undefined where nobody does, and where the kind has none. */
export async function readLock({ lock }: Pick<RunKind, "lock">, { store }: HasStore): Promise<Lock | undefined> {
  return lock ? store.get(lock.key(store.keys), lockSchema) : undefined;
}

/** The actions that take the kind's lock for an attempt; refused while another run holds it. */
export function takeLock({ lock }: Pick<RunKind, "lock">, { store }: HasStore, run: RunRecord): Action[] {
  if (!lock) return [];
  const holder = { run_id: run.id, attempt: run.attempt, taken_at: run.attempt_started_at };
  return [put({ ...lock.key(store.keys), ...holder }, ifAbsent())];
}

/** The actions that free the kind's lock, where `runId` holds it. */
export function freeLock({ lock }: Pick<RunKind, "lock">, { store }: HasStore, runId: string): Action[] {
  return lock ? [remove(lock.key(store.keys), ifUnchanged("run_id", runId, lockMoved))] : [];
}
