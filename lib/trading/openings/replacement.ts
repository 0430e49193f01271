import {
  applyExit,
  type ExitContext,
  exitOnRequest,
  observePrice,
  type TradedPrice,
} from "../positions/bookkeeping.ts";
import type { Portfolio, Position, PositionExit } from "../positions/record.ts";
import { type Opening, type OpeningResult, type OpeningSettings, openPosition } from "./new-position.ts";

export type ReplacementResult =
  | { outcome: "replaced"; portfolio: Portfolio; closed: Position; exit: PositionExit; opened: Position }
  | Extract<OpeningResult, { outcome: "skipped" }>;

/**
 * Closes `outgoing` at its price and opens the new position, as one unit: where the new one cannot be opened even
 * with the proceeds, nothing changes (spec pipeline 8.2, step 4).
 */
export function replacePosition(
  portfolio: Portfolio,
  outgoing: Position,
  live: TradedPrice,
  opening: Opening,
  context: Omit<ExitContext, "notes">,
  settings: OpeningSettings,
): ReplacementResult {
  const exit = exitOnRequest(outgoing, { reason: "replaced", fraction: 1, price: live.price, today: opening.today });
  const observed = observePrice(portfolio, outgoing, live, context.now);
  const after = applyExit(observed, exit, { ...context, notes: null });
  const result = openPosition(after.portfolio, opening, settings);
  if (result.outcome === "skipped") return result;
  return {
    outcome: "replaced",
    portfolio: result.portfolio,
    closed: after.position,
    exit: after.record,
    opened: result.position,
  };
}
