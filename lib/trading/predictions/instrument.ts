import type { MonitoredOption } from "../exits/monitored.ts";
import { shownPrice } from "../instruments/split.ts";
import type { FollowedPrediction } from "./record.ts";

/** A prediction as the exit rules see it. */
export function predictionInstrument(prediction: FollowedPrediction): MonitoredOption {
  return {
    instrument_type: "option",
    entry_price: shownPrice(prediction.entry_premium),
    current_price: prediction.current_premium,
    peak_price: prediction.peak_premium,
    remaining_quantity: prediction.contracts_remaining,
    open_date: prediction.entry_date,
    trailing_stop_active: prediction.trailing_stop_active,
    option_type: prediction.option_type,
    strike_price: prediction.strike_price,
    expiration_date: prediction.expiration_date,
  };
}
