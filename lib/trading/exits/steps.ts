import type { Configuration } from "../../configuration/keys.ts";
import type { Candle } from "../../providers/market/market.ts";
import { closingQuantity } from "../instruments/quantities.ts";
import type { ExitReason } from "../instruments/terms.ts";
import type { LevelSettings } from "./levels.ts";
import type { MonitoredInstrument } from "./monitored.ts";

export type ExitSettings = LevelSettings &
  Pick<
    Configuration,
    | "stock_breakeven_trigger_pct"
    | "stock_breakeven_min_days"
    | "stock_time_stop_base_days"
    | "stock_time_stop_base_min_gain"
    | "stock_time_stop_extended_days"
    | "stock_time_stop_max_days"
    | "stock_take_profit_exit_pct"
    | "option_time_stop_days"
    | "option_expiration_protection_dte"
    | "option_take_profit_exit_pct"
  >;

/** What a check knows of the market. */
export interface MarketView {
  /** Stocks only: the candles of the window, in any order. */
  candles: readonly Candle[];
  /** Dollars per share, or the premium, at this check; null where none could be had. */
  price: number | null;
  /** New York day. */
  today: string;
  /** Options past their expiration only: the underlying's close on that day, null where unknown. */
  expirationClose: number | null;
}

/** Why and at what price something is closed. */
export interface ExitCause {
  reason: ExitReason;
  /** By a candle: the level, or its opening where that lay beyond the level. Otherwise the price seen at the check. */
  fill_price: number;
  /** The market's price that was observed: for a bar the low or high that touched the level. */
  observed_price: number | null;
  /** The bar that touched the level; null where no bar was the cause. */
  candle: Candle | null;
  /** New York day: the bar's, or the expiration, or that of the check. */
  exit_date: string;
}

/** One exit, to be recorded on a position or prediction (spec pipeline 6.5). */
export interface Exit extends ExitCause {
  /** Shares or contracts. */
  quantity: number;
  /** Fraction of what remained before, as the rule states it. */
  quantity_pct: number;
}

/** What a check comes to: the exits in order, and the instrument after them. */
export interface ExitDecision<I extends MonitoredInstrument = MonitoredInstrument> {
  exits: Exit[];
  instrument: I;
}

/** Closes all that remains. */
export function closeAll<I extends MonitoredInstrument>(before: ExitDecision<I>, cause: ExitCause): ExitDecision<I> {
  const exit = { ...cause, quantity: before.instrument.remaining_quantity, quantity_pct: 1 };
  return { exits: [...before.exits, exit], instrument: { ...before.instrument, remaining_quantity: 0 } };
}

/**
 * Takes profit on `fraction` of what remains and starts the trailing stop. Of a single unit nothing can be sold, so
 * there is no exit, but it is trailed from here on (spec G8).
 */
export function takeProfit<I extends MonitoredInstrument>(
  before: ExitDecision<I>,
  fraction: number,
  cause: Omit<ExitCause, "reason">,
): ExitDecision<I> {
  const quantity = closingQuantity(before.instrument.remaining_quantity, fraction);
  const exit: Exit = { reason: "take_profit", ...cause, quantity, quantity_pct: fraction };
  return {
    exits: quantity === 0 ? before.exits : [...before.exits, exit],
    instrument: {
      ...before.instrument,
      remaining_quantity: before.instrument.remaining_quantity - quantity,
      trailing_stop_active: true,
    },
  };
}
