import * as z from "zod";
import { inRegularSession, isTradingDay, sessionStart } from "../../calendar/trading-days.ts";
import type { Candle, DailyBar } from "../../providers/market/market.ts";
import { addDays, iso, newYorkDay } from "../../runtime/dates.ts";

/** A candle as it is stored (spec pipeline 9.1). Dollars per share. */
export const candleRecordSchema = z.object({
  /** When it began, ISO-8601 UTC with milliseconds; a whole day begins with its session, at 09:30 in New York. */
  timestamp: z.string(),
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
});

export function candleRecord({ timestamp, open, high, low, close }: Candle): z.infer<typeof candleRecordSchema> {
  return { timestamp: iso(timestamp), open, high, low, close };
}

/** The prices of one New York day, from whatever source; of splits only the source of daily prices knows. */
export type DayPrices = Omit<DailyBar, "split" | "isSplitDoubtful">;

/** The stretch of time a check covers, ISO-8601 UTC: from the last check, or the opening, to now. */
export interface PriceWindow {
  from: string;
  to: string;
}

/** How long a candle is. */
export const candleMs = 5 * 60_000;

/**
 * The trading days wholly inside a window, which daily bars can stand in for; today is not among them (spec pipeline
 * 9.1, G15, G16). Five-minute candles are wanted for all of it, or where the broker's history ends, for the day of the
 * last check and today.
 */
export function gapDays({ from, to }: PriceWindow): string[] {
  const lastDay = newYorkDay(new Date(from));
  const today = newYorkDay(new Date(to));
  const sawSession = Date.parse(from) > sessionStart(lastDay).getTime();
  const days: string[] = [];
  for (let day = addDays(lastDay, sawSession ? 1 : 0); day < today; day = addDays(day, 1)) {
    if (isTradingDay(day)) days.push(day);
  }
  return days;
}

/**
 * The candles a check looks at, oldest first, each instant at most once. Of the five-minute candles those complete by
 * the end of the window: the one then under way belongs wholly to the next window, which is why a window begins with
 * the candle under way at its start. A daily bar counts where its whole session lies after the window's start and no
 * five-minute candle of that day is known; today's is the one partial bar the fallback may hand in (spec D13).
 */
export function candlesOfWindow(
  fiveMinute: readonly Candle[],
  daily: readonly DayPrices[],
  window: PriceWindow,
): Candle[] {
  const from = Math.floor(Date.parse(window.from) / candleMs) * candleMs;
  const to = Date.parse(window.to);
  const fine = mergeCandles(regularSession(fiveMinute));
  const fineDays = new Set(fine.map(({ timestamp }) => newYorkDay(timestamp)));
  const coarse = daily.filter(({ date }) => !fineDays.has(date)).map(dayCandle);
  return mergeCandles(
    fine.filter(({ timestamp }) => timestamp.getTime() >= from && timestamp.getTime() + candleMs <= to),
    regularSession(coarse).filter(({ timestamp }) => timestamp.getTime() >= from && timestamp.getTime() < to),
  );
}

/** Sorted oldest first; of candles that began at the same time the one of the last list stays. */
export function mergeCandles(...lists: (readonly Candle[])[]): Candle[] {
  const byStart = new Map(lists.flat().map((candle) => [candle.timestamp.getTime(), candle]));
  return [...byStart].toSorted(([a], [b]) => a - b).map(([, candle]) => candle);
}

/** Those that began while the exchange was open (spec pipeline 1.4), on a half day until 13:00 in New York. */
export function regularSession(candles: readonly Candle[]): Candle[] {
  return candles.filter(({ timestamp }) => inRegularSession(timestamp));
}

/** A day's bar as a candle that begins with the session. */
export function dayCandle({ date, open, high, low, close }: DayPrices): Candle {
  return { timestamp: sessionStart(date), open, high, low, close };
}

/** One bar per New York day: first open, highest high, lowest low, last close (spec pipeline 9.2). Oldest day first. */
export function dailyBars(candles: readonly Candle[]): DayPrices[] {
  const days = new Map<string, DayPrices>();
  for (const { timestamp, open, high, low, close } of mergeCandles(regularSession(candles))) {
    const date = newYorkDay(timestamp);
    const bar = days.get(date) ?? { date, open, high, low, close };
    days.set(date, { ...bar, high: Math.max(bar.high, high), low: Math.min(bar.low, low), close });
  }
  return [...days.values()];
}
