import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import { priceDecimals } from "../instruments/returns.ts";
import type { MonitoredInstrument, MonitoredOption, MonitoredStock } from "./monitored.ts";

export type LevelSettings = Pick<
  Configuration,
  "stock_trailing_stop_pct" | "option_stop_loss_pct" | "option_take_profit_pct" | "option_trailing_stop_pct"
>;

/** Dollars per share at which the price rules trigger (spec pipeline 6.1, 6.2). */
export interface TriggerLevels {
  stop: number;
  target: number;
  trailing: number;
}

/** Stop and target of a stock bought at `entry` dollars (spec pipeline 6.1): 142.50 → 128.25 and 163.875. */
export function stockEntryLevels(
  entry: number,
  settings: Pick<Configuration, "stock_stop_loss_pct" | "stock_take_profit_pct">,
): { stop_loss_price: number; take_profit_price: number } {
  return {
    stop_loss_price: round(entry * (1 + settings.stock_stop_loss_pct), priceDecimals),
    take_profit_price: round(entry * (1 + settings.stock_take_profit_pct), priceDecimals),
  };
}

/** A stock's levels: the stored ones, and the trailing stop below the peak so far. */
export function stockLevels(stock: MonitoredStock, settings: LevelSettings): TriggerLevels {
  return {
    stop: stock.stop_loss_price,
    target: stock.take_profit_price,
    trailing: round(stock.peak_price * (1 - settings.stock_trailing_stop_pct), priceDecimals),
  };
}

/** An option's premium levels; they follow the configuration. */
export function optionLevels(option: MonitoredOption, settings: LevelSettings): TriggerLevels {
  return {
    stop: round(option.entry_price * (1 + settings.option_stop_loss_pct), priceDecimals),
    target: round(option.entry_price * (1 + settings.option_take_profit_pct), priceDecimals),
    trailing: round(option.peak_price * (1 - settings.option_trailing_stop_pct), priceDecimals),
  };
}

/**
 * How far the price is from the nearest level that can still trigger, as a fraction of the price, four decimals
 * (spec api 6). Null without a price above 0, to which no fraction can relate.
 */
export function nearestExitDistance(
  instrument: MonitoredInstrument,
  price: number | null,
  settings: LevelSettings,
): number | null {
  if (price === null || price <= 0) return null;
  const { stop, target, trailing } =
    instrument.instrument_type === "stock" ? stockLevels(instrument, settings) : optionLevels(instrument, settings);
  const active = [stop, instrument.trailing_stop_active ? trailing : target];
  return round(Math.min(...active.map((level) => Math.abs(price - level))) / price, 4);
}
