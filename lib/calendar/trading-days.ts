import { addDays } from "../runtime/dates.ts";

/** Days on which the New York Stock Exchange closed, or will, that no rule tells: storms, attacks, days of mourning. */
const exceptionalClosures: ReadonlySet<string> = new Set([
  ...["2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2004-06-11", "2007-01-02", "2012-10-29", "2012-10-30"],
  ...["2018-12-05", "2025-01-09"],
]);

/** Whether the exchange opens on a New York day (YYYY-MM-DD). */
export function isTradingDay(day: string): boolean {
  return isWeekday(day) && !exceptionalClosures.has(day) && !holidays(Number(day.slice(0, 4))).has(day);
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

/** When the regular session of a trading day begins. */
export function sessionStart(day: string): Date {
  return newYorkInstant(day, "09:30");
}

/** When the regular session of a whole trading day ends. */
export function regularEnd(day: string): Date {
  return newYorkInstant(day, "16:00");
}

/** When the regular session of a trading day ends, half days included. */
export function sessionEnd(day: string): Date {
  return isHalfDay(day) ? newYorkInstant(day, "13:00") : regularEnd(day);
}

/** The last trading day before a New York day. */
export function tradingDayBefore(day: string): string {
  const before = addDays(day, -1);
  return isTradingDay(before) ? before : tradingDayBefore(before);
}

/** The days after Thanksgiving and before Independence Day and Christmas, where the feast itself is no part of a weekend. */
function isHalfDay(day: string): boolean {
  const [year, date] = [Number(day.slice(0, 4)), day.slice(5)];
  if (day === addDays(nthWeekday(year, 11, thursday, 4), 1)) return true;
  return (date === "07-03" || date === "12-24") && isTradingDay(day) && isWeekday(addDays(day, 1));
}

const holidaysByYear = new Map<number, ReadonlySet<string>>();

/** The holidays of a year after the rules of the exchange (its Rule 7.2, as it stands since 1998). */
function holidays(year: number): ReadonlySet<string> {
  const known = holidaysByYear.get(year);
  if (known) return known;
  const found = new Set([
    // Where New Year falls on a Saturday, the last day of the old year is traded.
    weekdayOf(`${year}-01-01`) === saturday ? "" : observed(`${year}-01-01`),
    nthWeekday(year, 1, monday, 3),
    nthWeekday(year, 2, monday, 3),
    addDays(easter(year), -2),
    // The last Monday of May.
    addDays(nthWeekday(year, 6, monday, 1), -7),
    year < 2022 ? "" : observed(`${year}-06-19`),
    observed(`${year}-07-04`),
    nthWeekday(year, 9, monday, 1),
    nthWeekday(year, 11, thursday, 4),
    observed(`${year}-12-25`),
  ]);
  holidaysByYear.set(year, found);
  return found;
}

const [sunday, monday, thursday, saturday] = [0, 1, 4, 6];

function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

function isWeekday(day: string): boolean {
  const weekday = weekdayOf(day);
  return weekday !== sunday && weekday !== saturday;
}

/** A holiday on a Saturday is kept on Friday, one on a Sunday on Monday. */
function observed(day: string): string {
  const weekday = weekdayOf(day);
  return addDays(day, weekday === saturday ? -1 : weekday === sunday ? 1 : 0);
}

/** The `n`th of a weekday (0 is Sunday) in a month (1 to 12). */
function nthWeekday(year: number, month: number, weekday: number, n: number): string {
  const first = `${year}-${String(month).padStart(2, "0")}-01`;
  return addDays(first, ((weekday - weekdayOf(first) + 7) % 7) + 7 * (n - 1));
}

/** Easter Sunday of the Gregorian calendar, after the anonymous algorithm (Meeus, Astronomical Algorithms, chapter 8). */
function easter(year: number): string {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const days = h + l - 7 * m + 114;
  const [month, day] = [Math.floor(days / 31), (days % 31) + 1];
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
