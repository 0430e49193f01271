import type { MonitoredInstrument } from "./monitored.ts";
import { evaluateOption } from "./option.ts";
import type { Evaluation, ExitSettings, MarketView } from "./steps.ts";
import { evaluateStock } from "./stock.ts";

/**
 * The exit engine for stocks, options and predictions (spec pipeline 6): which exits this check brings, in order, and
 * the instrument after them. One of which nothing remains is left alone.
 */
export function evaluateExits(instrument: MonitoredInstrument, market: MarketView, settings: ExitSettings): Evaluation {
  if (instrument.remaining_quantity === 0) return { exits: [], instrument };
  return instrument.instrument_type === "stock"
    ? evaluateStock(instrument, market, settings)
    : evaluateOption(instrument, market, settings);
}
