import { mean, sum } from "simple-statistics";
import { isTradingDay, lastTradingDay } from "../../calendar/trading-days.ts";
import { addDays } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import { type Estimate, marketLine, ratioOfSums, sharpeRatio, sortinoRatio } from "./ratios.ts";

/** What something was worth at the end of a New York day, in any unit. */
export interface DailyValue {
  date: string;
  value: number;
}

/** What an ended trade gained, in cents; those of one ticker that ended at one instant are no independent evidence. */
export interface TradeResult {
  ticker: string;
  endedAt: string;
  pnlCents: number;
}

export interface TradeFigures {
  closed_trades: number;
  /** Trades that share ticker and instant of exit count once; what the interval and the errors rest on. */
  independent_trades: number;
  /** Fraction of the trades that gained anything; null without trades. */
  win_rate: number | null;
  /** The same of the independent ones, where a group won if its sum did, with the 95 % interval of Wilson. */
  independent_win_rate: number | null;
  win_rate_low: number | null;
  win_rate_high: number | null;
  /** Gross profit over gross loss; null without a loss, and below 20 independent trades. */
  profit_factor: number | null;
  profit_factor_error: number | null;
  /** Mean profit of a trade, in dollars; null without trades. Its error is null below 20 independent trades. */
  expectancy: number | null;
  expectancy_error: number | null;
}

export interface CurveFigures {
  /** The deepest fall from a peak, as a fraction of it. */
  max_drawdown: number;
  /** What `sharpe` and `sortino` rest on. */
  returns: number;
  /** Per year, against a return of 0; null where the returns do not vary or are fewer than 20. */
  sharpe: number | null;
  sharpe_error: number | null;
  /** As `sharpe`, but weighed by the losses only; null without a loss. */
  sortino: number | null;
  sortino_error: number | null;
  /** What `alpha` and `beta` rest on: returns between days on which both sides have a value. */
  benchmark_returns: number;
  /** Per year, a fraction, and the slope against the benchmark; null where the market stands still, and below 20. */
  alpha: number | null;
  alpha_error: number | null;
  beta: number | null;
  beta_error: number | null;
}

/** Trading days of a year. */
const yearDays = 252;
const decimals = 6;
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

/** What the profits of ended trades say; a trade that gained nothing is no win (spec D39). */
export function tradeFigures(trades: readonly TradeResult[]): TradeFigures {
  const profits = trades.map(({ pnlCents }) => pnlCents);
  const groups = independentOnes(trades).map((group) => group.map(({ pnlCents }) => pnlCents));
  const { share, low, high } = shareOf(groups.filter((group) => sum(group) > 0).length, groups.length);
  const factor = ratioOfSums(groups.map((group) => [gains(group), gains(group.map((profit) => -profit))]));
  const expectancy = ratioOfSums(groups.map((group) => [sum(group) / 100, group.length]));
  return {
    closed_trades: profits.length,
    independent_trades: groups.length,
    win_rate: shareOf(profits.filter((profit) => profit > 0).length, profits.length).share,
    independent_win_rate: share,
    win_rate_low: low,
    win_rate_high: high,
    ...rounded("profit_factor", factor),
    expectancy: profits.length > 0 ? round(mean(profits) / 100, 2) : null,
    expectancy_error: expectancy && round(expectancy.error, 2),
  };
}

/** Trades in groups that share ticker and instant of exit: what happened to one happened to all of a group. */
export function independentOnes<T extends Pick<TradeResult, "ticker" | "endedAt">>(trades: readonly T[]): T[][] {
  return [...Map.groupBy(trades, ({ ticker, endedAt }) => `${ticker} ${endedAt}`).values()];
}

/**
 * What a curve of daily values says, oldest first. Its days may have gaps, as runs have: ratios are put on a year by
 * the trading days the curve spans. Alpha and beta come from the days that `benchmark`, values by day, has too: returns
 * from one such day to the next, the intercept and the slope of the least squares line. A value of a day on which the
 * exchange was closed is that of the last trading day before it.
 */
export function curveFigures(values: readonly DailyValue[], benchmark: ReadonlyMap<string, number>): CurveFigures {
  const curve = ofTradingDays(values);
  const changes = returns(curve.map(({ value }) => value));
  const toYear = Math.sqrt(returnsPerYear(curve));
  const shared = curve.filter(({ date }) => benchmark.has(date));
  const own = returns(shared.map(({ value }) => value));
  const market = returns(shared.map(({ date }) => benchmark.get(date) ?? 0));
  const line = marketLine(market.map((change, index) => ({ market: change, own: own[index] ?? 0 })));
  return {
    max_drawdown: maxDrawdown(curve.map(({ value }) => value)),
    returns: changes.length,
    ...rounded("sharpe", sharpeRatio(changes), toYear),
    ...rounded("sortino", sortinoRatio(changes), toYear),
    benchmark_returns: market.length,
    ...rounded("alpha", line?.alpha, returnsPerYear(shared)),
    ...rounded("beta", line?.beta),
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

function gains(profits: readonly number[]): number {
  return sum(profits.filter((profit) => profit > 0));
}

/** An estimate under its name, and its error beside it. */
function rounded<Name extends string>(name: Name, estimate: Estimate | null | undefined, factor = 1) {
  const of = (value: number | undefined) => (value === undefined ? null : round(value * factor, decimals));
  return { [name]: of(estimate?.value), [`${name}_error`]: of(estimate?.error) } as Record<
    Name | `${Name}_error`,
    number | null
  >;
}
