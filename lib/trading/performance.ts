import { round } from "../runtime/money.ts";
import { mean, sampleCovariance, wilsonInterval } from "./statistics.ts";

/** A trade of which nothing is open any more. */
export interface ClosedTrade {
  pnlCents: number;
}

/** What something was worth at the end of a New York day. */
export interface EquityPoint {
  date: string;
  value_cents: number;
}

export interface TradeFigures {
  closed_trades: number;
  /** Fraction of trades that gained anything, with the 95 % interval of Wilson; null without trades. */
  win_rate: number | null;
  win_rate_low: number | null;
  win_rate_high: number | null;
  /** Gross profit over gross loss; null without a loss. */
  profit_factor: number | null;
  /** Mean profit of a trade, in cents; null without trades. */
  expectancy_cents: number | null;
}

export interface CurveFigures {
  /** The deepest fall from a peak, as a fraction of it. */
  max_drawdown: number;
  /** Per year, against a return of 0; null where the returns do not vary or are fewer than two. */
  sharpe: number | null;
  sortino: number | null;
  /** Per year, a fraction, and the slope against the benchmark; null where they cannot be told. */
  alpha: number | null;
  beta: number | null;
}

/** Trading days of a year. */
const yearDays = 252;
const decimals = 6;

/** What a list of closed trades says; a trade that gained nothing is no win (spec D39). */
export function tradeFigures(trades: readonly ClosedTrade[]): TradeFigures {
  const gains = trades.map(({ pnlCents }) => pnlCents);
  const wins = gains.filter((gain) => gain > 0);
  const loss = -gains.filter((gain) => gain < 0).reduce((sum, gain) => sum + gain, 0);
  const interval = wilsonInterval(wins.length, trades.length);
  return {
    closed_trades: trades.length,
    win_rate: trades.length === 0 ? null : round(wins.length / trades.length, decimals),
    win_rate_low: interval && round(interval.low, decimals),
    win_rate_high: interval && round(interval.high, decimals),
    profit_factor: loss === 0 ? null : round(wins.reduce((sum, gain) => sum + gain, 0) / loss, decimals),
    expectancy_cents: rounded(mean(gains), 0),
  };
}

/**
 * The curve of a starting value and the profits of days, one point per day that has one. It knows closed trades only;
 * what is open shows when it is closed.
 */
export function equityCurve(startCents: number, profits: readonly { date: string; pnlCents: number }[]): EquityPoint[] {
  const days = Map.groupBy(profits, ({ date }) => date);
  let value_cents = startCents;
  return [...days]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, profitsOfDay]) => {
      value_cents += profitsOfDay.reduce((sum, { pnlCents }) => sum + pnlCents, 0);
      return { date, value_cents };
    });
}

/**
 * What a curve of daily values says, oldest first. Alpha and beta come from the days that `benchmark`, closes by day,
 * has too: returns from one such day to the next, the slope and the intercept of the least squares line.
 */
export function curveFigures(curve: readonly EquityPoint[], benchmark: ReadonlyMap<string, number>): CurveFigures {
  const daily = returns(curve.map(({ value_cents }) => value_cents));
  const shared = curve.flatMap(({ date, value_cents }) => {
    const close = benchmark.get(date);
    return close === undefined ? [] : [{ value_cents, close }];
  });
  const own = returns(shared.map(({ value_cents }) => value_cents));
  const market = returns(shared.map(({ close }) => close));
  const beta = ratio(sampleCovariance(own, market), sampleCovariance(market, market));
  const [meanOwn, meanMarket] = [mean(own), mean(market)];
  const alpha = beta === null || meanOwn === null || meanMarket === null ? null : meanOwn - beta * meanMarket;
  return {
    max_drawdown: maxDrawdown(curve),
    sharpe: annualised(daily, deviation(daily)),
    sortino: annualised(daily, downsideDeviation(daily)),
    alpha: alpha === null ? null : round(alpha * yearDays, decimals),
    beta: rounded(beta, decimals),
  };
}

/** The deepest fall of a curve from its highest value before, as a fraction of that value. */
export function maxDrawdown(curve: readonly EquityPoint[]): number {
  let peak = 0;
  let deepest = 0;
  for (const { value_cents } of curve) {
    peak = Math.max(peak, value_cents);
    if (peak > 0) deepest = Math.max(deepest, (peak - value_cents) / peak);
  }
  return round(deepest, decimals);
}

function returns(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => {
    const before = values[index] ?? 0;
    return before === 0 ? 0 : value / before - 1;
  });
}

function annualised(daily: readonly number[], spread: number | null): number | null {
  const perDay = ratio(mean(daily), spread);
  return perDay === null ? null : round(perDay * Math.sqrt(yearDays), decimals);
}

function deviation(values: readonly number[]): number | null {
  const variance = sampleCovariance(values, values);
  return variance === null ? null : Math.sqrt(variance);
}

/** Root mean square of the losses over all days; null below two days. */
function downsideDeviation(daily: readonly number[]): number | null {
  const square = mean(daily.map((change) => Math.min(0, change) ** 2));
  return daily.length < 2 || square === null ? null : Math.sqrt(square);
}

function ratio(above: number | null, below: number | null): number | null {
  // A spread that is only binary noise is none.
  return above === null || below === null || Math.abs(below) < 1e-12 ? null : above / below;
}

function rounded(value: number | null, places: number): number | null {
  return value === null ? null : round(value, places);
}
