import { round } from "../../runtime/money.ts";
import { splitLevel, splitPrice, splitQuantity } from "../instruments/split.ts";
import type { Fill } from "../instruments/terms.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { type Holding, openCostCents, positionValueCents } from "./bookkeeping.ts";
import type { BookedSplit, StockPosition } from "./record.ts";

/** When a split is booked, and by which run; null where a person's close does it. */
export interface Booking {
  runId: string | null;
  /** ISO-8601 UTC */
  now: string;
}

/**
 * A stock after a split (OCC and exchange practice): shares, entry, stop, target and peak on the new scale, worth to the
 * cent what they were; a fraction of a share is settled in cash at the day's opening.
 */
export function splitStock(
  { portfolio, position }: Holding & { position: StockPosition },
  split: OpenedSplit,
  { runId, now }: Booking,
): Holding & { position: StockPosition } {
  const { ratio, opening } = split;
  const { whole, fraction } = splitQuantity(position.shares_remaining, ratio);
  const moved: StockPosition = {
    ...position,
    shares: splitQuantity(position.shares, ratio).whole,
    shares_remaining: whole,
    entry_price: splitPrice(position.entry_price, ratio),
    last_price: position.last_price && splitPrice(position.last_price, ratio),
    stop_loss_price: splitLevel(position.stop_loss_price, ratio),
    take_profit_price: splitLevel(position.take_profit_price, ratio),
    peak_price: splitLevel(position.peak_price, ratio),
    entry_fill: position.entry_fill && splitFill(position.entry_fill, ratio),
  };
  const settlement_cents = round(fraction * opening * 100, 0);
  const pnl = settlement_cents - (openCostCents(position) - openCostCents(moved));
  const booked: BookedSplit = {
    date: split.date,
    ratio,
    quantity_before: position.shares_remaining,
    quantity_after: whole,
    settled_fraction: fraction,
    settlement_price: fraction === 0 ? null : opening,
    settlement_cents,
    realized_pnl_cents: pnl,
    run_id: runId,
    created_at: now,
  };
  const after: StockPosition = {
    ...moved,
    realized_pnl_cents: position.realized_pnl_cents + pnl,
    splits: [...position.splits, booked],
  };
  const value = positionValueCents(after) - positionValueCents(position);
  return {
    position: after,
    portfolio: {
      ...portfolio,
      cash_available_cents: portfolio.cash_available_cents + settlement_cents,
      realized_pnl_cents: portfolio.realized_pnl_cents + pnl,
      current_value_cents: portfolio.current_value_cents + settlement_cents + value,
    },
  };
}

/** What was bid and asked per new share; what the fill cost stays. */
function splitFill(fill: Fill, ratio: number): Fill {
  return {
    ...fill,
    bid: fill.bid && splitLevel(fill.bid, ratio),
    ask: fill.ask && splitLevel(fill.ask, ratio),
    net_price: splitLevel(fill.net_price, ratio),
  };
}
