import { inRegularSession, isTradingDay, sessionEnd, sessionStart } from "../../calendar/trading-days.ts";
import { newYorkDay } from "../../runtime/dates.ts";
import type { Candle, DailyBar } from "./market.ts";

const candleMs = 5 * 60_000;

/** The candles of regular sessions that were whole at `marketTime`: one still being traded may yet become another. */
export function candlesAsOf<T extends Pick<Candle, "timestamp">>(candles: readonly T[], marketTime: Date): T[] {
  const latest = marketTime.getTime() - candleMs;
  return candles.filter(({ timestamp }) => timestamp.getTime() <= latest && inRegularSession(timestamp));
}

/**
 * Daily bars as they were known at `marketTime` (DESIGN section 7): a day's bar counts after its close, before that the
 * day's only price is its open, and before the opening it has none. Rows of days on which the exchange was closed only
 * repeat another day's.
 */
export function barsAsOf<T extends Omit<DailyBar, "split">>(bars: readonly T[], marketTime: Date): T[] {
  const today = newYorkDay(marketTime);
  const [isOver, hasBegun] = [sessionEnd(today) <= marketTime, sessionStart(today) <= marketTime];
  return bars.flatMap((bar) => {
    if (!isTradingDay(bar.date)) return [];
    if (bar.date < today || (bar.date === today && isOver)) return [bar];
    if (bar.date > today || !hasBegun) return [];
    return [{ ...bar, high: bar.open, low: bar.open, close: bar.open }];
  });
}
