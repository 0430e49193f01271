import * as z from "zod";
import { type Action, update } from "../../store/actions.ts";
import { ifUnchanged } from "../../store/expressions.ts";
import type { Keys } from "../../store/keys.ts";
import type { DeskServices } from "../services.ts";

const tradesSchema = z.object({ count: z.number().int(), last_at: z.string() });

/** The orders that were executed on a trading day. */
export interface TradesOfDay {
  count: number;
  /** When the last one began, wall clock; null where none has. */
  last_at: string | null;
}

export async function readTradesOfDay({ store }: Pick<DeskServices, "store">, day: string): Promise<TradesOfDay> {
  return (await store.get(store.keys.tradesOfDay(day), tradesSchema)) ?? { count: 0, last_at: null };
}

/** Counts one more, if none has come between: of two dispatchers one then looks again. */
export function tradeAction(keys: Keys, day: string, { count }: TradesOfDay, now: string): Action {
  const changes = { set: { count: count + 1, last_at: now } };
  return update(keys.tradesOfDay(day), changes, ifUnchanged("count", count === 0 ? undefined : count, "another trade"));
}
