import { type Action, update } from "./actions.ts";
import type { Keys } from "./keys.ts";

/** How much each list's total changes. */
export type CounterChanges = Record<string, number>;

/** Changes of totals as actions: one for each counter, because a transaction may touch an item once only. */
export function counterActions(keys: Keys, changes: readonly CounterChanges[]): Action[] {
  const totals = new Map<string, number>();
  for (const [list, change] of changes.flatMap((each) => Object.entries(each))) {
    totals.set(list, (totals.get(list) ?? 0) + change);
  }
  return [...totals]
    .filter(([, change]) => change !== 0)
    .map(([list, change]) => update(keys.counter(list), { add: { total: change } }));
}
