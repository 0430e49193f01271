import { daysBetween } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import { priceDecimals } from "../instruments/returns.ts";
import { optionLevels } from "./levels.ts";
import type { MonitoredOption } from "./monitored.ts";
import { closeAll, type ExitDecision, type ExitSettings, type MarketView, takeProfit } from "./steps.ts";

/**
 * An option's check, position or prediction (spec pipeline 6.2–6.4). Without a premium nothing is judged, and past its
 * expiration nothing without the underlying's close of that day: no exit on stale data. A premium is seen only at a
 * check, so what triggers there sells at the premium seen, not at the level.
 */
export function decideOptionExits(
  option: MonitoredOption,
  market: MarketView,
  settings: ExitSettings,
): ExitDecision<MonitoredOption> {
  const open: ExitDecision<MonitoredOption> = { exits: [], instrument: option };
  const dte = daysBetween(market.today, option.expiration_date);
  if (dte < 0) return closeExpired(open, market.expirationClose);
  const premium = market.price;
  if (premium === null) return open;

  const { stop, target, trailing } = optionLevels(option, settings);
  const observed = { fill_price: premium, observed_price: premium, candle: null, exit_date: market.today };
  const checked = { ...open, instrument: { ...option, peak_price: Math.max(option.peak_price, premium) } };
  if (dte <= settings.option_expiration_protection_dte) {
    return closeAll(checked, { ...observed, reason: "expiration" });
  }
  if (premium <= stop) return closeAll(checked, { ...observed, reason: "stop_loss" });
  const taken =
    premium >= target && !option.trailing_stop_active
      ? takeProfit(checked, settings.option_take_profit_exit_pct, observed)
      : checked;
  if (taken.instrument.remaining_quantity === 0) return taken;
  // `trailing` is below the peak before this check: a premium never tightens its own trailing stop.
  if (taken.instrument.trailing_stop_active && premium <= trailing) {
    return closeAll(taken, { ...observed, reason: "trailing_stop" });
  }
  if (daysBetween(option.open_date, market.today) >= settings.option_time_stop_days) {
    return closeAll(taken, { ...observed, reason: "time_stop" });
  }
  return taken;
}

/** One exit of everything on the expiration day (spec pipeline 6.4). */
function closeExpired(open: ExitDecision<MonitoredOption>, close: number | null): ExitDecision<MonitoredOption> {
  if (close === null) return open;
  const { expiration_date } = open.instrument;
  return closeAll(open, {
    reason: "expiration",
    fill_price: settlementPremium(open.instrument, close),
    observed_price: null,
    candle: null,
    exit_date: expiration_date,
  });
}

/** What an expired option is worth, dollars per share: what exercising it at the underlying's close would have brought. */
export function settlementPremium(
  option: Pick<MonitoredOption, "option_type" | "strike_price">,
  close: number,
): number {
  const intrinsic = option.option_type === "call" ? close - option.strike_price : option.strike_price - close;
  return round(Math.max(0, intrinsic), priceDecimals);
}
