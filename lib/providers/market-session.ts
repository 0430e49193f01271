import type { Candle, DailyBar } from "./market.ts";

/** The regular session in minutes after midnight, New York (spec pipeline 1.4). */
const opening = 9 * 60 + 30;
const closing = 16 * 60;
const candleMs = 5 * 60_000;

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
function newYork(instant: Date): { day: string; weekend: boolean; minutes: number } {
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

/** The candles of regular sessions that were whole at `marketTime`: one still being traded may yet become another. */
export function candlesAsOf<T extends Pick<Candle, "timestamp">>(candles: readonly T[], marketTime: Date): T[] {
  const latest = marketTime.getTime() - candleMs;
  return candles.filter(({ timestamp }) => timestamp.getTime() <= latest && inRegularSession(timestamp));
}

/**
 * Daily bars as they were known at `marketTime` (DESIGN section 7): a day's bar counts after its close, before that the
 * day's only price is its open, and before the opening it has none.
 */
export function barsAsOf<T extends Omit<DailyBar, "split">>(bars: readonly T[], marketTime: Date): T[] {
  const { day: today, minutes } = newYork(marketTime);
  return bars.flatMap((bar) => {
    if (bar.date < today || (bar.date === today && minutes >= closing)) return [bar];
    if (bar.date > today || minutes < opening) return [];
    return [{ ...bar, high: bar.open, low: bar.open, close: bar.open }];
  });
}
