import type { Range } from "../store/ranges.ts";
import type { Store } from "../store/table.ts";
import { type Position, positionSchema } from "./records.ts";

/** Days, YYYY-MM-DD, both inclusive. */
export interface Days {
  from: string;
  to: string;
}

/** Where a portfolio's positions are that were closed on these New York days, in the order of closing. */
export function closedRange({ keys }: Store, portfolioId: string, days: Days): Range {
  const closed = { status: "closed", portfolio_id: portfolioId, id: "", ticker: "", entry_date: "", exit_date: "" };
  return { index: "gsi4", pk: keys.positionIndex(closed).gsi4pk, ...onDays(days) };
}

/** The positions of a portfolio that were closed on these New York days, in the order of closing. */
export async function readClosedPositions(
  { store }: { store: Store },
  portfolioId: string,
  days: Days,
): Promise<Position[]> {
  return store.queryAll(closedRange(store, portfolioId, days), positionSchema);
}

/** Where the signals of these UTC days are, by day, then confidence, both ascending. */
export function signalRange({ keys }: Store, days: Days): Range {
  const { gsi1pk } = keys.signalIndex({ id: "", ticker: "", signal_type: "", signal_date: "", confidence: 0 });
  return { index: "gsi1", pk: gsi1pk, ...onDays(days) };
}

function onDays({ from, to }: Days) {
  // "~" sorts after everything a day is continued with.
  return { from, to: `${to}#~` };
}
