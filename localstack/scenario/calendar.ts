import { isTradingDay, lastTradingDay, newYorkInstant, tradingDayFrom } from "../../lib/calendar/trading-days.ts";
import { addDays, newYorkDay } from "../../lib/runtime/dates.ts";

/** The trading day of the first run where nobody chose another. */
export const defaultFirstDay = "2026-03-02";

/** Trading days are numbered from here; no scenario begins earlier. */
const epoch = "1999-02-01";

const numbers = new Map<string, number>();

/** The market time of run `index` (from 0): 10:30 New York on the index-th trading day on or after `firstDay`. */
export function scenarioMarketTime(firstDay: string, index: number): Date {
  return openTime(tradingDayFrom(firstDay, index));
}

/** 10:30 New York on a day: an hour of trading, by which the morning's threads are full. */
export function openTime(day: string): Date {
  return newYorkInstant(day, "10:30");
}

/** The latest trading day on or before the New York day of an instant. */
export function tradingDayOf(instant: Date): string {
  return lastTradingDay(newYorkDay(instant));
}

/** How many trading days lie before a trading day, which gives each day its own cast. */
export function dayNumber(day: string): number {
  const known = numbers.get(day);
  if (known !== undefined) return known;
  let count = 0;
  for (let current = epoch; current < day; current = addDays(current, 1)) if (isTradingDay(current)) count++;
  numbers.set(day, count);
  return count;
}
