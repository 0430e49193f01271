import { type Days, onDays, type Range } from "../../store/ranges.ts";
import type { Store } from "../../store/table.ts";
import { type Position, positionSchema } from "./record.ts";

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
