import type { Candle } from "../../providers/market/market.ts";
import { badTicks } from "../market/bad-ticks.ts";
import { candlesOfWindow, type DayPrices, dayCandle, mergeCandles, type PriceWindow } from "../market/candles.ts";

/** What a check knows of a stock's prices. */
interface KnownPrices {
  fiveMinute: readonly Candle[];
  daily: readonly DayPrices[];
  /** Now, in dollars per share; null where there is none. */
  price: number | null;
}

/**
 * The candles that decide on a position in its window, and the bad ticks among them, which do not. What was traded before
 * and after the window tells which they are: `lastPrice` is what the last check saw, null where it saw none.
 */
export function decidingCandles(
  { fiveMinute, daily, price }: KnownPrices,
  lastPrice: number | null,
  window: PriceWindow,
): { candles: Candle[]; ignored: Candle[] } {
  const known = mergeCandles(daily.map(dayCandle), fiveMinute);
  const bad = new Set(badTicks(known, lastPrice, price).map(({ timestamp }) => timestamp.getTime()));
  const isBad = ({ timestamp }: Candle) => bad.has(timestamp.getTime());
  const inWindow = candlesOfWindow(fiveMinute, daily, window);
  return { candles: inWindow.filter((candle) => !isBad(candle)), ignored: inWindow.filter(isBad) };
}
