import { isTradingDay, sessionEnd, sessionStart } from "../../calendar/trading-days.ts";
import type { Candle, Quote } from "../../providers/market/market.ts";
import { scaled, sharesSince } from "../../providers/market/splits.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import { missingDays, nextOpening, type OpenedSplit, type PriceBar, splitsWithin, untradedBar } from "./bars.ts";
import { candleMs, type DayPrices, dailyBars, gapDays } from "./candles.ts";
import { lastSessionDay } from "./price-age.ts";

/** What the broker and the source of daily prices answered about a stock. */
export interface Answers {
  ticker: string;
  /** The broker's last trade. */
  quote: Pick<Quote, "at">;
  /** The broker's, from a day on; adjusted for the splits after their day. */
  candles: readonly Candle[];
  candlesFrom: string;
  /** Daily bars from the day of the last session before the last check on. */
  days: readonly PriceBar[];
  /** Whether the source of daily prices answered for what was missing among them. */
  isComplete: boolean;
}

/** From the last check (ISO-8601 UTC) to a market time. */
export interface CheckedTime {
  from: string;
  marketTime: Date;
}

/** A stock's prices since the last check as they were traded. */
export interface TradedPrices {
  splits: OpenedSplit[];
  fiveMinute: Candle[];
  /** Of days wholly missed without five-minute candles. */
  daily: DayPrices[];
  /** Days without trading that only both sources together tell of. */
  untraded: PriceBar[];
  /** The candles tell of another split: the broker adjusts them hours before it counts. Nothing here is on a known scale. */
  isContradicted: boolean;
}

/** The broker's five-minute candles go back this many trading days (spec pipeline 9.1). */
const candleDays = 10;

/** The day of the last session before the last check, or the earliest one that the broker still has candles of. */
export function firstCandleDay(from: string, today: string): string {
  const lastDay = lastSessionDay(from);
  let day = today;
  for (let left = candleDays; left > 0 && day > lastDay; ) {
    day = addDays(day, -1);
    if (isTradingDay(day)) left--;
  }
  return day;
}

/** The last candle of a day and the day's close differ by less, and most splits are more. */
const sameScale = 1.25;

/**
 * Whether a share's price of now, in dollars, is so far from a close before `today`, by the splits that are known, that
 * another split may explain it.
 */
export function isOffScale(
  price: number,
  days: readonly PriceBar[],
  splits: readonly OpenedSplit[],
  today: string,
): boolean {
  return days.some(({ date, close }) => {
    if (close === null || date >= today) return false;
    const expected = close / sharesSince(date, splits);
    return Math.max(price / expected, expected / price) >= sameScale;
  });
}

/**
 * The splits and prices since the last check. Null where nobody knows of one of the days since whether there was a split
 * and what was traded.
 */
export function tradedPrices(answers: Answers, { from, marketTime }: CheckedTime): TradedPrices | null {
  const today = newYorkDay(marketTime);
  const range = { from: nextOpening(from), to: today, marketTime };
  const witnessed = missingDays(range, answers.days).flatMap((day) => witnessedDay(answers, day, marketTime) ?? []);
  const days = inOrder([...answers.days, ...witnessed]);
  const splits = splitsWithin(range, days);
  if (!splits) return null;
  // Whether the broker has adjusted its candles for what may be no split nobody can tell.
  const earliest = splits.findLast(({ isDoubtful }) => isDoubtful)?.date ?? "";
  const fiveMinute = answers.candles
    .filter(({ timestamp }) => newYorkDay(timestamp) >= earliest)
    .map((each) => scaled(each, sharesSince(newYorkDay(each.timestamp), splits)));
  const deviations = deviationsOf(
    dailyBars(fiveMinute).filter(({ date }) => date < today),
    days,
  );
  if (!deviations) return null;
  const covered = new Set(dailyBars(answers.candles).map(({ date }) => date));
  const gaps = new Set(gapDays({ from, to: marketTime.toISOString() }).filter((day) => !covered.has(day)));
  return {
    splits,
    fiveMinute,
    daily: days.filter(({ date }) => gaps.has(date)).flatMap(wholeDay),
    untraded: witnessed.filter(({ date }) => date < today && !covered.has(date)),
    isContradicted: deviations.some((deviation) => deviation >= sameScale),
  };
}

/** A stock that is traded rarely has no candle for each five minutes; a broker that is as late as this has lost some. */
const longestPauseMs = 30 * 60_000;

/**
 * Whether the broker's candles since the last check are all there: up to its last trade, and of each day of which the
 * source of daily prices knows a trade.
 */
export function hasAllCandles(answers: Answers, { from, marketTime }: CheckedTime): boolean {
  const { candles, candlesFrom, days } = answers;
  const covered = new Set(dailyBars(candles).map(({ date }) => date));
  const needed = days.filter(({ date, close }) => {
    const isSince = date >= candlesFrom && date < newYorkDay(marketTime) && sessionEnd(date) > new Date(from);
    return close !== null && isSince;
  });
  return needed.every(({ date }) => covered.has(date)) && reachesLastTrade(answers, { from, marketTime });
}

/** Whether the candle of the broker's last trade is there, once it is over, and what came before that one is not long ago. */
function reachesLastTrade({ quote, candles, candlesFrom }: Answers, { from, marketTime }: CheckedTime): boolean {
  const day = newYorkDay(quote.at);
  if (!isTradingDay(day) || day < candlesFrom) return true;
  const ends = candles.map(({ timestamp }) => timestamp.getTime() + candleMs);
  const seenUntil = Math.max(Date.parse(from), sessionStart(day).getTime(), ...ends);
  const [tradedAt, close] = [quote.at.getTime(), sessionEnd(day).getTime()];
  // What was traded at the very end of a candle belongs to it; after the close nothing has one.
  const ofTrade = Math.ceil(tradedAt / candleMs) * candleMs;
  if (tradedAt <= close && ofTrade <= marketTime.getTime() && seenUntil < ofTrade) return false;
  return Math.min(tradedAt, close, marketTime.getTime()) - seenUntil <= longestPauseMs;
}

/**
 * How many times as much one source's close is of the other's, of each day that both know; undefined where both know none
 * of the days with candles. All of them count: after a split that nobody names, the days since are on one scale again.
 */
function deviationsOf(fineDays: readonly DayPrices[], days: readonly PriceBar[]): number[] | undefined {
  const closes = new Map(days.map(({ date, close }) => [date, close]));
  const known = fineDays.flatMap(({ date, close: last }) => {
    const close = closes.get(date) ?? null;
    return close === null ? [] : [Math.max(last / close, close / last)];
  });
  return fineDays.length > 0 && known.length === 0 ? undefined : known;
}

/**
 * What the broker tells of a day that the source of daily prices answered about and left out: that there was no trading,
 * where it knows of none either, or that there was no split, which the source would date on the day after.
 */
function witnessedDay(answers: Answers, day: string, marketTime: Date): PriceBar | undefined {
  const { ticker, quote, candles, candlesFrom, days, isComplete } = answers;
  const stored = days.find(({ date }) => date === day);
  if (!isComplete || (stored && stored.close !== null)) return undefined;
  const unsplit = untradedBar(ticker, day, marketTime);
  if (newYorkDay(quote.at) < day) return unsplit;
  const fineDays = dailyBars(candles);
  const isTraded = fineDays.some(({ date }) => date === day);
  const later = isTraded ? days.filter(({ split }) => split === 1) : day >= candlesFrom ? fineDays : [];
  return later.some(({ date }) => date > day) ? unsplit : undefined;
}

function wholeDay({ date, open, high, low, close }: PriceBar): DayPrices[] {
  return open === null || high === null || low === null || close === null ? [] : [{ date, open, high, low, close }];
}

/** Of bars of the same day the last one stays. */
function inOrder(bars: readonly PriceBar[]): PriceBar[] {
  const byDay = new Map(bars.map((bar) => [bar.date, bar]));
  return [...byDay.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
}
