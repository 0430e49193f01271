import type { MonitoredInstrument, MonitoredOption, MonitoredStock } from "../exits/monitored.ts";
import { shownPrice } from "../instruments/split.ts";
import type { OptionPosition, Position, StockPosition } from "./record.ts";

/** A position as the exit rules see it. */
export function positionInstrument(position: StockPosition): MonitoredStock;

export function positionInstrument(position: OptionPosition): MonitoredOption;

export function positionInstrument(position: Position): MonitoredInstrument;

export function positionInstrument(position: Position): MonitoredInstrument {
  const { entry_date, last_price, trailing_stop_active } = position;
  const common = {
    // A stop that is raised to it fills at it.
    entry_price: shownPrice(position.entry_price),
    open_date: entry_date,
    current_price: last_price,
    trailing_stop_active,
  };
  if (position.instrument_type === "stock") {
    const { opened_at, peak_price, stop_loss_price, take_profit_price, breakeven_active, time_extension } = position;
    return {
      ...common,
      instrument_type: "stock",
      opened_at,
      peak_price,
      stop_loss_price,
      take_profit_price,
      breakeven_active,
      time_extension,
      remaining_quantity: position.shares_remaining,
    };
  }
  const { option_type, strike_price, expiration_date } = position;
  return {
    ...common,
    instrument_type: "option",
    option_type,
    strike_price,
    expiration_date,
    peak_price: position.peak_premium,
    remaining_quantity: position.contracts_remaining,
  };
}
