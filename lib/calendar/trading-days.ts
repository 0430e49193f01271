import { addDays } from "../runtime/dates.ts";

/** Days since 2000 on which the New York Stock Exchange stayed closed that no rule tells: storms, attacks, mourning. */
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
  return sessionOf(day).start;
}

/** When the regular session of a trading day ends: at 16:00 in New York, on a half day at 13:00. */
export function sessionEnd(day: string): Date {
  return sessionOf(day).end;
}

/** Whether the regular session of a trading day is on: from its beginning until just before its end. */
export function inRegularSession(instant: Date): boolean {
  // The session never reaches midnight UTC, so inside it the UTC day is New York's.
  const day = instant.toISOString().slice(0, 10);
  return isTradingDay(day) && sessionStart(day) <= instant && instant < sessionEnd(day);
}

/** The last trading day before a New York day. */
export function tradingDayBefore(day: string): string {
  return lastTradingDay(addDays(day, -1));
}

/** The last trading day on or before a New York day. */
export function lastTradingDay(day: string): string {
  return isTradingDay(day) ? day : tradingDayBefore(day);
}

const sessions = new Map<string, { start: Date; end: Date }>();

/** Remembered: each candle of a day asks for the same two instants. */
function sessionOf(day: string): { start: Date; end: Date } {
  const known = sessions.get(day);
  if (known) return known;
  const end = isHalfDay(day) ? "13:00" : "16:00";
  const session = { start: newYorkInstant(day, "09:30"), end: newYorkInstant(day, end) };
  sessions.set(day, session);
  return session;
}

/** Trading days that ended at 13:00 after a custom which is none any more. */
const formerHalfDays: ReadonlySet<string> = new Set(["2002-07-05", "2003-12-26"]);

/**
 * Whether a trading day ends at 13:00: after Thanksgiving, and before Independence Day and Christmas where the feast
 * itself is no part of a weekend.
 */
export function isHalfDay(day: string): boolean {
  const [year, date] = [Number(day.slice(0, 4)), day.slice(5)];
  if (formerHalfDays.has(day) || day === addDays(nthWeekday(year, 11, thursday, 4), 1)) return true;
  // In 2002 the day after Independence Day was the shorter one.
  if ((date !== "07-03" && date !== "12-24") || day === "2002-07-03") return false;
  return isTradingDay(day) && isWeekday(addDays(day, 1));
}

const holidaysByYear = new Map<number, ReadonlySet<string>>();

/** The holidays of a year after the rules of the exchange (its Rule 7.2). */
function holidays(year: number): ReadonlySet<string> {
  const known = holidaysByYear.get(year);
  if (known) return known;
  const found = new Set([
    // Where New Year falls on a Saturday, the last day of the old year is traded.
    weekdayOf(`${year}-01-01`) === saturday ? "" : observed(`${year}-01-01`),
    year < 1998 ? "" : nthWeekday(year, 1, monday, 3),
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
