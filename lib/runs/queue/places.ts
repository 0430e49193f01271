import { type Action, put, remove, update } from "../../store/actions.ts";
import { ifBelow, ifPresent } from "../../store/expressions.ts";
import type { RunKind } from "../kind.ts";
import type { RunRecord } from "../run.ts";
import type { RunServices } from "../services.ts";

/*
 * Who goes on and who waits, for kinds of which only so many runs go on at once: two counters, and an item for each run
 * that waits, in the order of their starts. They change with the run, in its transactions, so that a place is neither
 * lost nor given twice, whoever dies in between.
 */

type HasStore = Pick<RunServices, "store">;
type Queued = Pick<RunKind, "keys" | "queue">;

/** What a start is refused as where as many wait as may. */
export const queueFull = "queue full";
/** What an end is refused as whose run has been called since it was read. */
export const placeMoved = "place moved";
/** What a call is refused as where all places are taken. */
export const noPlace = "no place";

/** The actions with which a new run begins to wait; none where its kind has no queue. */
export function takePlace({ keys: keysOf, queue }: Queued, { store }: HasStore, run: RunRecord): Action[] {
  if (!queue) return [];
  const keys = keysOf(store.keys);
  return [
    put({ ...keys.waiting(run), id: run.id, attempt: run.attempt }),
    update(keys.places(), { add: { waiting: 1 } }, ifBelow("waiting", queue.mostWaiting, queueFull)),
  ];
}

/** The actions with which the turn of a run comes that waits; `places` is how many may go on. */
export function takeTurn({ keys: keysOf }: Queued, { store }: HasStore, run: RunRecord, places: number): Action[] {
  const keys = keysOf(store.keys);
  return [
    remove(keys.waiting(run), ifPresent(placeMoved)),
    update(keys.places(), { add: { waiting: -1, taken: 1 } }, ifBelow("taken", places, noPlace)),
  ];
}

/** The actions with which a run that ends leaves its place, or the line. */
export function leavePlace({ keys: keysOf }: Pick<RunKind, "keys">, { store }: HasStore, run: RunRecord): Action[] {
  const keys = keysOf(store.keys);
  if (run.place === null) return [];
  if (run.place === "taken") return [update(keys.places(), { add: { taken: -1 } })];
  return [remove(keys.waiting(run), ifPresent(placeMoved)), update(keys.places(), { add: { waiting: -1 } })];
}
