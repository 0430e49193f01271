import type { MonitoredInstrument } from "./monitored.ts";
import { decideOptionExits } from "./option.ts";
import type { ExitDecision, ExitSettings, MarketView } from "./steps.ts";
import { decideStockExits } from "./stock.ts";

/**
 * The exit engine for stocks, options and predictions (spec pipeline 6): which exits this check brings, in order, and
 * the instrument after them. One of which nothing remains is left alone.
 */
export function decideExits(instrument: MonitoredInstrument, market: MarketView, settings: ExitSettings): ExitDecision {
  if (instrument.remaining_quantity === 0) return { exits: [], instrument };
  return instrument.instrument_type === "stock"
    ? decideStockExits(instrument, market, settings)
    : decideOptionExits(instrument, market, settings);
}
