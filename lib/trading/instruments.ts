import type { FollowedPrediction } from "./prediction-records.ts";
import type { InstrumentType, OptionPosition, OptionType, Position, StockPosition } from "./records.ts";

/** Shares that one unit stands for. */
export const multiplier: Record<InstrumentType, number> = { stock: 1, option: 100 };

interface Monitored {
  /** Dollars per share: of the stock, or the premium. */
  entry_price: number;
  /** The last one observed, which may be old. */
  current_price: number | null;
  peak_price: number;
  /** Shares or contracts. */
  original_quantity: number;
  remaining_quantity: number;
  /** New York day. */
  open_date: string;
  trailing_stop_active: boolean;
  /** False for predictions, which move no money. */
  is_real_position: boolean;
}

export interface MonitoredStock extends Monitored {
  instrument_type: "stock";
  /** Candles that began earlier do not count. */
  opened_at: string;
  /** Stored at the entry; they do not move with the configuration. */
  stop_loss_price: number;
  take_profit_price: number;
  /** The stop has been promoted to the entry price. */
  breakeven_active: boolean;
  time_extension: StockPosition["time_extension"];
}

export interface MonitoredOption extends Monitored {
  instrument_type: "option";
  option_type: OptionType;
  strike_price: number;
  expiration_date: string;
}

/** What the exit rules see of a position or prediction (spec pipeline 6). */
export type MonitoredInstrument = MonitoredStock | MonitoredOption;

/** A position as the exit rules see it. */
export function positionInstrument(position: StockPosition): MonitoredStock;
export function positionInstrument(position: OptionPosition): MonitoredOption;
export function positionInstrument(position: Position): MonitoredInstrument;
export function positionInstrument(position: Position): MonitoredInstrument {
  const { entry_price, entry_date, last_price, trailing_stop_active } = position;
  const common = {
    entry_price,
    open_date: entry_date,
    current_price: last_price,
    trailing_stop_active,
    is_real_position: true,
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
      original_quantity: position.shares,
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
    original_quantity: position.contracts,
    remaining_quantity: position.contracts_remaining,
  };
}

/** A prediction as the exit rules see it. */
export function predictionInstrument(prediction: FollowedPrediction): MonitoredOption {
  return {
    instrument_type: "option",
    entry_price: prediction.entry_premium,
    current_price: prediction.current_premium,
    peak_price: prediction.peak_premium,
    original_quantity: prediction.contracts,
    remaining_quantity: prediction.contracts_remaining,
    open_date: prediction.entry_date,
    trailing_stop_active: prediction.trailing_stop_active,
    is_real_position: false,
    option_type: prediction.option_type,
    strike_price: prediction.strike_price,
    expiration_date: prediction.expiration_date,
  };
}
