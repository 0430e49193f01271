import * as z from "zod";
import { isTradingDay, sessionEnd, sessionStart } from "../../calendar/trading-days.ts";
import type { DailyBar } from "../../providers/market/market.ts";
import type { Split } from "../../providers/market/splits.ts";
import { addDays, iso, newYorkDay } from "../../runtime/dates.ts";
import { priceSchema } from "../instruments/terms.ts";
import type { DayPrices } from "./candles.ts";

/**
 * A ticker's day, with prices as they were traded on it; its last write wins. Without trading on that day the four prices
 * are null.
 */
export const priceBarSchema = z.object({
  ticker: z.string(),
  date: z.string(),
  open: priceSchema.nullable(),
  high: priceSchema.nullable(),
  low: priceSchema.nullable(),
  close: priceSchema.nullable(),
  /** New shares for an old one from this day's opening on, 1 without a split; null where that is not known. */
  split: z.number().positive().nullable().default(null),
  /** Whether that may be something else than a split, as a spin-off. */
  is_split_doubtful: z.literal(true).optional(),
  source: z.enum(["broker", "yahoo"]),
  /** Written after the day's close: nothing of it will change. */
  is_final: z.boolean(),
  fetched_at: z.string(),
});
export type PriceBar = z.infer<typeof priceBarSchema>;

/** Days of a range, both inclusive (New York, YYYY-MM-DD), as they could be known at `marketTime`. */
export interface BarRange {
  ticker: string;
  from: string;
  to: string;
  marketTime: Date;
}

/** A day's prices as they are stored: final once the session has ended, because then nothing of them changes. */
export function toPriceBar(
  ticker: string,
  bar: DayPrices & { split?: number | null; isSplitDoubtful?: true },
  source: PriceBar["source"],
  marketTime: Date,
): PriceBar {
  const { date, open, high, low, close, split = null } = bar;
  const stamp = { is_final: isSessionOver(date, marketTime), fetched_at: iso(marketTime) };
  const doubt = bar.isSplitDoubtful && { is_split_doubtful: true as const };
  return { ticker, date, open, high, low, close, split, ...doubt, source, ...stamp };
}

/** A day on which the ticker was not traded, although the exchange was open. */
export function untradedBar(ticker: string, date: string, marketTime: Date): PriceBar {
  const stamp = { is_final: true, fetched_at: iso(marketTime) };
  return { ticker, date, open: null, high: null, low: null, close: null, split: 1, source: "yahoo", ...stamp };
}

/**
 * Whether a bar may take a stored one's place: the last write of a day wins, but what is final gives way to final
 * prices only.
 */
export function mayReplace(stored: PriceBar | undefined, next: PriceBar): boolean {
  if (!stored?.is_final) return true;
  return next.is_final && (next.close !== null || stored.close === null);
}

/** The bar that takes a stored one's place: of splits it knows what that one did, unless it knows better. */
export function inPlaceOf(stored: PriceBar | undefined, next: PriceBar): PriceBar {
  if (next.split !== null || !stored) return next;
  const { split, is_split_doubtful } = stored;
  return { ...next, split, ...(is_split_doubtful && { is_split_doubtful }) };
}

/** Without what only a later market time could know: a replay must not see today's close because it is stored. */
export function knownAt(bars: readonly PriceBar[], marketTime: Date): PriceBar[] {
  const today = newYorkDay(marketTime);
  return bars.filter(({ date, fetched_at }) => date < today || (date === today && fetched_at <= iso(marketTime)));
}

/**
 * The trading days of a range whose prices have to be fetched, oldest first: those that are over without a final bar,
 * today without any, once it has begun, and those of which nobody has said whether there was a split. While a session is
 * on, the source knows its open only, which does not change; so it is asked once.
 */
export function missingDays({ from, to, marketTime }: Omit<BarRange, "ticker">, known: readonly PriceBar[]): string[] {
  const byDay = new Map(known.map((bar) => [bar.date, bar]));
  const today = newYorkDay(marketTime);
  const missing: string[] = [];
  for (let day = from; day <= to && day <= today; day = addDays(day, 1)) {
    const isOver = day < today || isSessionOver(day, marketTime);
    const bar = byDay.get(day);
    const isKnown = bar !== undefined && bar.split !== null && (bar.is_final || !isOver);
    const isWanted = !isKnown && (isOver || hasSessionBegun(day, marketTime));
    if (isWanted && isTradingDay(day)) missing.push(day);
  }
  return missing;
}

/**
 * What a source's answer, oldest first, says about the days it was asked for, of which `stored` is known already: their
 * prices, and which days it leaves out although it goes on after them. The end of an answer says nothing: the source may
 * be late. A day that is left out may be one that it has lost, so nothing is known of it until the source leaves it out
 * again on a later day: then there was no trading. A split that it dates right after such a day may belong to it.
 */
export function answeredBars(
  range: BarRange,
  asked: readonly string[],
  answer: readonly DailyBar[],
  stored: readonly PriceBar[],
): PriceBar[] {
  const { ticker, marketTime } = range;
  const byDay = new Map(answer.map((bar) => [bar.date, bar]));
  const known = new Map(stored.map((bar) => [bar.date, bar]));
  const last = answer.at(-1)?.date ?? "";
  let isAfterLost = false;
  return asked.flatMap((day) => {
    const bar = byDay.get(day);
    if (!bar && day >= last) return [];
    const said = bar
      ? toPriceBar(ticker, isAfterLost && bar.split !== 1 ? { ...bar, split: null } : bar, "yahoo", marketTime)
      : leftOut(ticker, day, known.get(day), marketTime);
    isAfterLost = !bar && (said.split === null || said.close !== null);
    return [said];
  });
}

/** What is known of a day that a source leaves out. Where the broker has seen all of it, that there was no split. */
function leftOut(ticker: string, date: string, stored: PriceBar | undefined, marketTime: Date): PriceBar {
  const untraded = untradedBar(ticker, date, marketTime);
  if (stored && stored.close !== null) {
    return { ...stored, split: stored.is_final && stored.source === "broker" ? 1 : null };
  }
  const firstSaid = stored?.fetched_at ?? untraded.fetched_at;
  if (newYorkDay(new Date(firstSaid)) < newYorkDay(marketTime)) return untraded;
  return { ...untraded, split: null, is_final: false, fetched_at: firstSaid };
}

/** A split, and what the first share of the new kind was traded at, in dollars. */
export interface OpenedSplit extends Split {
  opening: number;
}

/** The splits among bars. */
export function splitsOf(bars: readonly PriceBar[]): OpenedSplit[] {
  return bars.flatMap(({ date, split, open, is_split_doubtful: isDoubtful }) =>
    split === null || split === 1 || open === null
      ? []
      : [{ date, ratio: split, opening: open, ...(isDoubtful && { isDoubtful }) }],
  );
}

/**
 * The splits of a range, oldest first; undefined where one of its trading days, as far as they have begun, is missing
 * among the bars (`missingDays`).
 */
export function splitsWithin(range: Omit<BarRange, "ticker">, bars: readonly PriceBar[]): OpenedSplit[] | undefined {
  if (missingDays(range, bars).length > 0) return undefined;
  return splitsOf(bars.filter(({ date }) => date >= range.from && date <= range.to));
}

/**
 * The last close on or before a New York day, and not before `earliest`, in dollars; null where there is none. `bars`
 * are oldest first.
 */
export function closeOn(bars: readonly PriceBar[], day: string, earliest = ""): number | null {
  const last = bars.findLast(({ date, close }) => date <= day && close !== null);
  return last && last.date >= earliest ? last.close : null;
}

/** The first New York day whose session begins after `since` (ISO-8601 UTC), weekends and holidays not looked at. */
export function nextOpening(since: string): string {
  const day = newYorkDay(new Date(since));
  return hasSessionBegun(day, new Date(since)) ? addDays(day, 1) : day;
}

function hasSessionBegun(day: string, at: Date): boolean {
  return sessionStart(day) <= at;
}

function isSessionOver(day: string, at: Date): boolean {
  return sessionEnd(day) <= at;
}

/** The S&P 500's last close on or before a New York day; null where it could not be had. */
export type BenchmarkClose = (day: string) => number | null;

/** Closes by New York day. */
export type Closes = ReadonlyMap<string, number>;

/** What the S&P 500 closed at, where it is known. */
export interface Benchmark {
  /** What speaks for a day: its close or the last one before. */
  close: BenchmarkClose;
  price: Closes;
  /** The same with dividends. */
  total: Closes;
}

/** Nothing is known of the index. */
export const noBenchmark: Benchmark = { close: () => null, price: new Map(), total: new Map() };
