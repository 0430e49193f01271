import { newYorkDay } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import { splitContract, splitFill, splitLevel, splitPrice, splitQuantity } from "../instruments/split.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { closed, type Holding, openCostCents, remainingQuantity, revalued } from "./bookkeeping.ts";
import type { BookedSplit, OptionPosition, Position, StockPosition } from "./record.ts";

/** When a split is booked, and by which run; null where a person's close does it. */
export interface Booking {
  runId: string | null;
  /** ISO-8601 UTC */
  now: string;
}

/** Those that came after the opening of a position and before its expiration, and are not booked yet. */
export function dueSplits(
  { opened_at, splits, expiration_date }: Position,
  known: readonly OpenedSplit[],
): OpenedSplit[] {
  const booked = splits.at(-1)?.date ?? newYorkDay(new Date(opened_at));
  return known.filter(({ date }) => date > booked && (expiration_date === null || date <= expiration_date));
}

/** Whether something is due that may be no split: nothing is known of the position's shares until a person has looked. */
export function isUncertain(position: Position, known: readonly OpenedSplit[]): boolean {
  return dueSplits(position, known).some(({ isDoubtful }) => isDoubtful);
}

/**
 * A position after a split, worth to the cent what it was. Of a stock, shares, entry, stop, target and peak are on the
 * new scale, and a fraction of a share is settled in cash at the day's opening; where nothing else is left, that closes
 * it. Of an option, contracts and strike, or what a contract delivers (`splitContract`).
 */
export function bookSplit({ portfolio, position }: Holding, split: OpenedSplit, { runId, now }: Booking): Holding {
  const fraction = position.instrument_type === "stock" ? fractionOf(position, split) : 0;
  const moved = position.instrument_type === "stock" ? splitStock(position, split) : splitOption(position, split);
  const settlement_cents = round(fraction * split.opening * 100, 0);
  const pnl = settlement_cents - (openCostCents(position) - openCostCents(moved));
  const booked: BookedSplit = {
    date: split.date,
    ratio: split.ratio,
    quantity_before: remainingQuantity(position),
    quantity_after: remainingQuantity(moved),
    settled_fraction: fraction,
    settlement_price: fraction === 0 ? null : split.opening,
    settlement_cents,
    realized_pnl_cents: pnl,
    run_id: runId,
    created_at: now,
  };
  const after: Position = {
    ...moved,
    realized_pnl_cents: position.realized_pnl_cents + pnl,
    splits: [...position.splits, booked],
  };
  const isOver = remainingQuantity(after) === 0;
  return {
    position: isOver ? closed(after, { exit_date: split.date, reason: "split" }) : after,
    portfolio: {
      ...revalued(portfolio, position, after, settlement_cents),
      realized_pnl_cents: portfolio.realized_pnl_cents + pnl,
    },
  };
}

/** A holding after all splits that are due, where one is traded before a run has booked them. */
export function bookDueSplits(holding: Holding, known: readonly OpenedSplit[], booking: Booking): Holding {
  return dueSplits(holding.position, known).reduce<Holding>(
    (before, split) => bookSplit(before, split, booking),
    holding,
  );
}

function fractionOf({ shares_remaining }: StockPosition, { ratio }: OpenedSplit): number {
  return splitQuantity(shares_remaining, ratio).fraction;
}

function splitStock(position: StockPosition, { ratio }: OpenedSplit): StockPosition {
  return {
    ...position,
    ...splitPrices(position, ratio),
    shares: splitQuantity(position.shares, ratio).whole,
    shares_remaining: splitQuantity(position.shares_remaining, ratio).whole,
    stop_loss_price: splitLevel(position.stop_loss_price, ratio),
    take_profit_price: splitLevel(position.take_profit_price, ratio),
    peak_price: splitLevel(position.peak_price, ratio),
  };
}

function splitOption(position: OptionPosition, { ratio }: OpenedSplit): OptionPosition {
  const { contracts, ...terms } = splitContract(position, ratio);
  const { contract_symbol, strike_price, deliverable_shares } = terms;
  const { underlying_price_at_entry } = position;
  return {
    ...position,
    ...splitPrices(position, contracts),
    contract_symbol,
    strike_price,
    deliverable_shares,
    contracts: position.contracts * contracts,
    contracts_remaining: position.contracts_remaining * contracts,
    peak_premium: splitLevel(position.peak_premium, contracts),
    underlying_price_at_entry: underlying_price_at_entry && splitLevel(underlying_price_at_entry, contracts),
  };
}

/** What was paid and seen for a unit, per unit after the split. */
function splitPrices({ entry_price, last_price, entry_fill }: Position, ratio: number) {
  return {
    entry_price: splitPrice(entry_price, ratio),
    last_price: last_price && splitPrice(last_price, ratio),
    entry_fill: entry_fill && splitFill(entry_fill, ratio),
  };
}
