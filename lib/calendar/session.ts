/** The regular session in minutes after midnight, New York (spec pipeline 1.4). */
export const opening = 9 * 60 + 30;

export const closing = 16 * 60;

const newYorkFormat = new Intl.DateTimeFormat("en-CA", {
  timeZone: "America/New_York",
  hourCycle: "h23",
  weekday: "short",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
});

/** An instant as New York's clocks and calendars show it. */
export function newYork(instant: Date): { day: string; weekend: boolean; minutes: number } {
  const part = Object.fromEntries(newYorkFormat.formatToParts(instant).map(({ type, value }) => [type, value]));
  return {
    day: `${part.year}-${part.month}-${part.day}`,
    weekend: part.weekday === "Sat" || part.weekday === "Sun",
    minutes: Number(part.hour) * 60 + Number(part.minute),
  };
}

/** Whether a weekday's session is on at an instant: 09:30 ≤ time < 16:00. Holidays are the broker's to know. */
export function inRegularSession(instant: Date): boolean {
  const { weekend, minutes } = newYork(instant);
  return !weekend && minutes >= opening && minutes < closing;
}
