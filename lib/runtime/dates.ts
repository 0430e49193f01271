/** ISO-8601 UTC with milliseconds, the one stored form of an instant. */
export function iso(instant: Date): string {
  return instant.toISOString();
}

/** The UTC calendar day, YYYY-MM-DD (spec pipeline 1.4: `signal_date`). */
export function utcDay(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

/** The UTC calendar month, YYYY-MM. */
export function utcMonth(instant: Date): string {
  return instant.toISOString().slice(0, 7);
}

const newYorkDayFormat = new Intl.DateTimeFormat("en-CA", {
  timeZone: "America/New_York",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

/** The calendar day in New York, YYYY-MM-DD (spec pipeline 1.4: trading dates). */
export function newYorkDay(instant: Date): string {
  return newYorkDayFormat.format(instant);
}

/** The UTC day `days` after `day`, both YYYY-MM-DD; `days` may be negative. */
export function addDays(day: string, days: number): string {
  return utcDay(new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000));
}

/** Whole calendar days from `from` to `to`, both YYYY-MM-DD. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}
