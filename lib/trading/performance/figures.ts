import { linearRegression, mean, rootMeanSquare, sampleStandardDeviation, sum } from "simple-statistics";
import { isTradingDay, lastTradingDay } from "../../calendar/trading-days.ts";
import { addDays } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";

/** What something was worth at the end of a New York day, in any unit. */
export interface DailyValue {
  date: string;
  value: number;
}

export interface TradeFigures {
  closed_trades: number;
  /** Fraction of trades that gained anything, with the 95 % interval of Wilson; null without trades. */
  win_rate: number | null;
  win_rate_low: number | null;
  win_rate_high: number | null;
  /** Gross profit over gross loss; null without a loss. */
  profit_factor: number | null;
  /** Mean profit of a trade, in dollars; null without trades. */
  expectancy: number | null;
}

export interface CurveFigures {
  /** The deepest fall from a peak, as a fraction of it. */
  max_drawdown: number;
  /** Per year, against a return of 0; null where the returns do not vary or are fewer than two. */
  sharpe: number | null;
  /** As `sharpe`, but weighed by the losses only; null without a loss. */
  sortino: number | null;
  /** Per year, a fraction, and the slope against the benchmark; null where they cannot be told. */
  alpha: number | null;
  beta: number | null;
}

/** Trading days of a year. */
const yearDays = 252;
const decimals = 6;
/** A spread of returns below this is only binary noise. */
const noise = 1e-9;
/** The z of a two-sided 95 % interval; the library's `probit(0.975)` is right to two decimals only. */
const z95 = 1.959963984540054;

/** A share of successes with its 95 % interval after Wilson, which stays sensible for few trials; nulls of none. */
export function shareOf(successes: number, trials: number) {
  if (trials === 0) return { share: null, low: null, high: null };
  const share = successes / trials;
  const square = z95 ** 2;
  const centre = share + square / (2 * trials);
  const half = z95 * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials ** 2));
  const bound = (value: number) => round(Math.min(1, Math.max(0, value / (1 + square / trials))), decimals);
  return { share: round(share, decimals), low: bound(centre - half), high: bound(centre + half) };
}

/** What the profits of closed trades, in cents, say; a trade that gained nothing is no win (spec D39). */
export function tradeFigures(profits: readonly number[]): TradeFigures {
  const wins = profits.filter((profit) => profit > 0);
  const loss = -sum(profits.filter((profit) => profit < 0));
  const { share, low, high } = shareOf(wins.length, profits.length);
  return {
    closed_trades: profits.length,
    win_rate: share,
    win_rate_low: low,
    win_rate_high: high,
    profit_factor: loss > 0 ? round(sum(wins) / loss, decimals) : null,
    expectancy: profits.length > 0 ? round(mean(profits) / 100, 2) : null,
  };
}

/**
 * What a curve of daily values says, oldest first. Its days may have gaps, as runs have: ratios are put on a year by
 * the trading days the curve spans. Alpha and beta come from the days that `benchmark`, closes by day, has too: returns
 * from one such day to the next, the intercept and the slope of the least squares line. A value of a day on which the
 * exchange was closed is that of the last trading day before it.
 */
export function curveFigures(values: readonly DailyValue[], benchmark: ReadonlyMap<string, number>): CurveFigures {
  const curve = ofTradingDays(values);
  const changes = returns(curve.map(({ value }) => value));
  const losses = changes.map((change) => Math.min(0, change));
  const isEnough = changes.length > 1;
  const perYear = returnsPerYear(curve);
  const line = marketLine(curve, benchmark);
  return {
    max_drawdown: maxDrawdown(curve.map(({ value }) => value)),
    sharpe: isEnough ? annualised(changes, sampleStandardDeviation(changes), perYear) : null,
    sortino: isEnough ? annualised(changes, rootMeanSquare(losses), perYear) : null,
    alpha: line && round(line.alpha, decimals),
    beta: line && round(line.beta, decimals),
  };
}

function ofTradingDays(values: readonly DailyValue[]): DailyValue[] {
  const byDay = new Map(values.map(({ date, value }) => [lastTradingDay(date), value]));
  return [...byDay].map(([date, value]) => ({ date, value }));
}

/** The deepest fall from the highest value before, as a fraction of that value. */
export function maxDrawdown(values: readonly number[]): number {
  let peak = 0;
  let deepest = 0;
  for (const value of values) {
    peak = Math.max(peak, value);
    if (peak > 0) deepest = Math.max(deepest, (peak - value) / peak);
  }
  return round(deepest, decimals);
}

function returns(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => {
    const before = values[index] ?? 0;
    return before > 0 ? value / before - 1 : 0;
  });
}

/** How many returns a year would have, were they spaced like those of the curve; 252 where every trading day has one. */
function returnsPerYear(curve: readonly DailyValue[]): number {
  const [first, last] = [curve.at(0), curve.at(-1)];
  if (!first || !last) return yearDays;
  let days = 0;
  for (let day = addDays(first.date, 1); day <= last.date; day = addDays(day, 1)) if (isTradingDay(day)) days++;
  return (yearDays * (curve.length - 1)) / Math.max(1, days);
}

function annualised(changes: readonly number[], spread: number, perYear: number): number | null {
  return spread < noise ? null : round((mean(changes) / spread) * Math.sqrt(perYear), decimals);
}

function marketLine(curve: readonly DailyValue[], benchmark: ReadonlyMap<string, number>) {
  const shared = curve.filter(({ date }) => benchmark.has(date));
  const own = returns(shared.map(({ value }) => value));
  const market = returns(shared.map(({ date }) => benchmark.get(date) ?? 0));
  if (market.length < 2 || sampleStandardDeviation(market) < noise) return null;
  const { m, b } = linearRegression(market.map((change, index) => [change, own[index] ?? 0]));
  return { beta: m, alpha: b * returnsPerYear(shared) };
}
