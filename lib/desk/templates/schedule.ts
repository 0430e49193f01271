import { isTradingDay, newYorkInstant, sessionEnd, sessionStart } from "../../calendar/trading-days.ts";
import { addDays, iso, newYorkDay } from "../../runtime/dates.ts";
import type { Template } from "./record.ts";

export type Schedule = Pick<Template, "schedule_type" | "schedule_time" | "days_of_week" | "day_of_month">;

const beforeCloseMs = 5 * 60_000;
/** A slot that is found later than this is not made up for. */
const mostLateMs = 10 * 60_000;

/**
 * The first slot after an instant (spec orders 6.2). Of a week or a month it may lie on a day on which the market is closed;
 * such a slot is passed over when it comes, and not moved.
 *
 * An hour that does not exist or comes twice because the clocks change lies on a Sunday, so it never dates an order.
 */
export function slotAfter(schedule: Schedule, after: Date): Date {
  for (let day = newYorkDay(after); ; day = addDays(day, 1)) {
    if (!isNamed(schedule, day)) continue;
    const slot = slotOn(schedule, day);
    if (slot > after) return slot;
  }
}

/** Whether the market is open on the slot's day, in New York. */
export function isOpenSlot(slot: string): boolean {
  return isTradingDay(newYorkDay(new Date(slot)));
}

/** Whether it is too late to make the slot's order. */
export function isLate(slot: string, now: Date): boolean {
  return now.getTime() - Date.parse(slot) > mostLateMs;
}

/** The first `count` slots with an order, from `first` on, which is a slot, and before `end`. */
export function dueTimes(schedule: Schedule, first: string, count: number, end: string | null): string[] {
  const times: string[] = [];
  for (let slot = first; times.length < count; slot = iso(slotAfter(schedule, new Date(slot)))) {
    if (end !== null && slot >= end) break;
    if (isOpenSlot(slot)) times.push(slot);
  }
  return times;
}

function isNamed({ schedule_type, days_of_week, day_of_month }: Schedule, day: string): boolean {
  switch (schedule_type) {
    case "weekly":
      return days_of_week?.includes(weekdayOf(day)) ?? false;
    case "monthly":
      return Number(day.slice(8)) === day_of_month;
    default:
      return isTradingDay(day);
  }
}

function slotOn({ schedule_type, schedule_time }: Schedule, day: string): Date {
  switch (schedule_type) {
    case "market_open":
      return sessionStart(day);
    case "market_close":
      return new Date(sessionEnd(day).getTime() - beforeCloseMs);
    default:
      return newYorkInstant(day, schedule_time ?? "");
  }
}

/** 0 is Monday. */
function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}
