import { addDays } from "../runtime/dates.ts";

/** Full-day closures of the New York Stock Exchange. A year that is not listed counts weekends only. */
const holidays: ReadonlySet<string> = new Set([
  ...["2025-01-01", "2025-01-09", "2025-01-20", "2025-02-17", "2025-04-18", "2025-05-26", "2025-06-19", "2025-07-04"],
  ...["2025-09-01", "2025-11-27", "2025-12-25"],
  ...["2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03", "2026-05-25", "2026-06-19", "2026-07-03", "2026-09-07"],
  ...["2026-11-26", "2026-12-25"],
  ...["2027-01-01", "2027-01-18", "2027-02-15", "2027-03-26", "2027-05-31", "2027-06-18", "2027-07-05", "2027-09-06"],
  ...["2027-11-25", "2027-12-24"],
]);

/** Days on which it closes at 13:00. */
const halfDays: ReadonlySet<string> = new Set([
  "2025-07-03",
  "2025-11-28",
  "2025-12-24",
  "2026-11-27",
  "2026-12-24",
  "2027-11-26",
]);

/** Whether the exchange opens on a New York day (YYYY-MM-DD). */
export function isTradingDay(day: string): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidays.has(day);
}

/** The trading day `index` trading days after the first one on or after `day`. */
export function tradingDayFrom(day: string, index: number): string {
  let current = day;
  for (let left = index; ; current = addDays(current, 1)) {
    if (!isTradingDay(current)) continue;
    if (left === 0) return current;
    left--;
  }
}

const offsetFormat = new Intl.DateTimeFormat("en-US", { timeZone: "America/New_York", timeZoneName: "longOffset" });

/** The instant at which New York's clocks show `time` (HH:MM) on `day`, daylight saving included. */
export function newYorkInstant(day: string, time: string): Date {
  // New York changes its clocks at 02:00; noon UTC is after that, and no session begins before it.
  const parts = offsetFormat.formatToParts(new Date(`${day}T12:00:00Z`));
  const offset = parts.find((part) => part.type === "timeZoneName")?.value.replace("GMT", "") ?? "-05:00";
  return new Date(`${day}T${time}:00${offset}`);
}

/** When the regular session of a trading day ends. */
export function sessionEnd(day: string): Date {
  return newYorkInstant(day, halfDays.has(day) ? "13:00" : "16:00");
}

/** The last trading day before a New York day. */
export function tradingDayBefore(day: string): string {
  const before = addDays(day, -1);
  return isTradingDay(before) ? before : tradingDayBefore(before);
}
