import type { Candle } from "../../providers/market/market.ts";
import { daysBetween, newYorkDay } from "../../runtime/dates.ts";
import { gain } from "../instruments/returns.ts";
import { mergeCandles } from "../market/candles.ts";
import { stockLevels } from "./levels.ts";
import type { MonitoredStock } from "./monitored.ts";
import { closeAll, type ExitDecision, type ExitSettings, type MarketView, takeProfit } from "./steps.ts";

/**
 * A stock's check (spec pipeline 6.1): the price rules candle by candle, then, at the current price, promotion to
 * breakeven and the time stop. Without a current price the last two are left to the next check.
 */
export function decideStockExits(
  stock: MonitoredStock,
  market: MarketView,
  settings: ExitSettings,
): ExitDecision<MonitoredStock> {
  const openedAt = Date.parse(stock.opened_at);
  const observable = mergeCandles(market.candles).filter(({ timestamp }) => timestamp.getTime() >= openedAt);
  let walked: ExitDecision<MonitoredStock> = { exits: [], instrument: stock };
  // Always candle by candle: for a window that touches no level this comes to the same as looking at its extremes.
  for (const candle of observable) {
    if (walked.instrument.remaining_quantity === 0) break;
    walked = applyCandle(walked, candle, settings);
  }
  if (walked.instrument.remaining_quantity === 0 || market.price === null) return walked;
  return applyTimeChecks(walked, market.price, market.today, settings);
}

/**
 * The first price rule that holds in this candle; then its high counts for later candles only. The fill is a resting
 * order's: the level, or the opening where the candle opened beyond it. What came first within a candle is not known: of
 * a stop and a target both touched, the stop is taken.
 */
function applyCandle(
  before: ExitDecision<MonitoredStock>,
  candle: Candle,
  settings: ExitSettings,
): ExitDecision<MonitoredStock> {
  const stock = before.instrument;
  const { stop, target, trailing } = stockLevels(stock, settings);
  const exit_date = newYorkDay(candle.timestamp);
  const fell = { candle, exit_date, observed_price: candle.low };
  if (candle.low <= stop) {
    const reason = stock.breakeven_active ? "breakeven_stop" : "stop_loss";
    return closeAll(before, { ...fell, reason, fill_price: Math.min(stop, candle.open) });
  }
  if (stock.trailing_stop_active && candle.low <= trailing) {
    return closeAll(before, { ...fell, reason: "trailing_stop", fill_price: Math.min(trailing, candle.open) });
  }
  const peak_price = Math.max(stock.peak_price, candle.high);
  if (stock.trailing_stop_active || candle.high < target) {
    return { ...before, instrument: { ...stock, peak_price } };
  }
  const rose = { candle, exit_date, observed_price: candle.high, fill_price: Math.max(target, candle.open) };
  const taken = takeProfit(before, settings.stock_take_profit_exit_pct, rose);
  return { ...taken, instrument: { ...taken.instrument, peak_price, time_extension: "trailing" } };
}

/** Promotion is tried first, so a position at 5 % or more on its fifth day stays open (spec pipeline 6.1, D27). */
function applyTimeChecks(
  before: ExitDecision<MonitoredStock>,
  price: number,
  today: string,
  settings: ExitSettings,
): ExitDecision<MonitoredStock> {
  const holdDays = daysBetween(before.instrument.open_date, today);
  const change = gain(before.instrument.entry_price, price);
  const stock = promote(before.instrument, change, holdDays, settings);
  const checked = { ...before, instrument: stock };
  if (!isTimeUp(stock, change, holdDays, settings)) return checked;
  const cause = { reason: "time_stop", fill_price: price, observed_price: price, candle: null } as const;
  return closeAll(checked, { ...cause, exit_date: today });
}

function promote(stock: MonitoredStock, change: number, holdDays: number, settings: ExitSettings): MonitoredStock {
  const isDue =
    change >= settings.stock_breakeven_trigger_pct &&
    holdDays >= settings.stock_breakeven_min_days &&
    !stock.trailing_stop_active;
  if (!isDue) return stock;
  return { ...stock, stop_loss_price: stock.entry_price, breakeven_active: true, time_extension: "extended" };
}

function isTimeUp(stock: MonitoredStock, change: number, holdDays: number, settings: ExitSettings): boolean {
  if (holdDays >= settings.stock_time_stop_max_days) return true;
  if (stock.time_extension === "extended") return holdDays >= settings.stock_time_stop_extended_days;
  return (
    stock.time_extension === "base" &&
    holdDays >= settings.stock_time_stop_base_days &&
    change < settings.stock_time_stop_base_min_gain
  );
}
