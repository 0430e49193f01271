import type { OptionType } from "../../providers/market/market.ts";
import type { TimeExtension } from "../instruments/terms.ts";

interface Monitored {
  /** Dollars per share: of the stock, or the premium. */
  entry_price: number;
  /** The last one observed, which may be old. */
  current_price: number | null;
  peak_price: number;
  /** Shares or contracts. */
  remaining_quantity: number;
  /** New York day. */
  open_date: string;
  trailing_stop_active: boolean;
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
  time_extension: TimeExtension;
}

export interface MonitoredOption extends Monitored {
  instrument_type: "option";
  option_type: OptionType;
  strike_price: number;
  expiration_date: string;
}

/** What the exit rules see of a position or prediction (spec pipeline 6). */
export type MonitoredInstrument = MonitoredStock | MonitoredOption;
