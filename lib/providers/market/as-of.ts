import { closing, inRegularSession, newYork, opening } from "../../calendar/session.ts";
import type { Candle, DailyBar } from "./market.ts";

const candleMs = 5 * 60_000;

/** The candles of regular sessions that were whole at `marketTime`: one still being traded may yet become another. */
export function candlesAsOf<T extends Pick<Candle, "timestamp">>(candles: readonly T[], marketTime: Date): T[] {
  const latest = marketTime.getTime() - candleMs;
  return candles.filter(({ timestamp }) => timestamp.getTime() <= latest && inRegularSession(timestamp));
}

/**
 * Daily bars as they were known at `marketTime` (DESIGN section 7): a day's bar counts after its close, before that the
 * day's only price is its open, and before the opening it has none.
 */
export function barsAsOf<T extends Omit<DailyBar, "split">>(bars: readonly T[], marketTime: Date): T[] {
  const { day: today, minutes } = newYork(marketTime);
  return bars.flatMap((bar) => {
    if (bar.date < today || (bar.date === today && minutes >= closing)) return [bar];
    if (bar.date > today || minutes < opening) return [];
    return [{ ...bar, high: bar.open, low: bar.open, close: bar.open }];
  });
}
