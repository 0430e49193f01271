import {
  isTradingDay,
  lastTradingDay,
  sessionEnd,
  sessionStart,
  tradingDayBefore,
} from "../../calendar/trading-days.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import type { Offered } from "../instruments/terms.ts";

/** A price as a source gave it: when it was traded, or an option's quoted, null where the source does not say. */
export interface Dated {
  at: Date | null;
  isHalted: boolean;
}

/** When the last session began: today's once it has, else, and on days without trading, that of the trading day before. */
export function lastOpening(now: Date): Date {
  const day = lastTradingDay(newYorkDay(now));
  const opening = sessionStart(day);
  return opening <= now ? opening : sessionStart(tradingDayBefore(day));
}

/** The New York day of the last session that began by `since` (ISO-8601 UTC), whose prices a later one is held against. */
export function lastSessionDay(since: string): string {
  return newYorkDay(lastOpening(new Date(since)));
}

/**
 * Whether a price is one at `now`: traded since the last session began, of a security that is not halted. Only what is
 * known excludes one: a price whose source does not say when it was traded counts as of now.
 */
export function isCurrent({ at, isHalted }: Dated, now: Date): boolean {
  return !isHalted && (at === null || at >= lastOpening(now));
}

/** When the price of a day's bar was traded: at the end of its session, and until then at its beginning. */
export function barTime(date: string, now: Date): Date {
  const end = sessionEnd(date);
  return end <= now ? end : sessionStart(date);
}

/** This far outside of what is bid and asked a last trade was a slip: half of it, or half as much again. */
const beyond = 0.5;

/** Whether a last trade lies so far outside of what is bid and asked at the same time that nobody can trade at it. */
export function isSlip(last: number, { bid, ask }: Offered): boolean {
  if (bid === null || ask === null) return false;
  return last < bid * (1 - beyond) || last > ask * (1 + beyond);
}

/** How many sessions have begun after `since` and by `now`: the trading days without a price, where `since` had the last. */
export function sessionsSince(since: Date, now: Date): number {
  let sessions = 0;
  for (let day = newYorkDay(since); day <= newYorkDay(now); day = addDays(day, 1)) {
    if (!isTradingDay(day)) continue;
    const opening = sessionStart(day);
    if (since < opening && opening <= now) sessions++;
  }
  return sessions;
}
