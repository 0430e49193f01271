import { mean, rootMeanSquare, sampleStandardDeviation, sum } from "simple-statistics";

/** What a sample says of a figure, and how far chance alone puts it from the truth. */
export interface Estimate {
  value: number;
  error: number;
}

/** Of fewer observations no ratio is told (issue "Numbers that hold", 7). */
export const fewestObservations = 20;
/** A spread below this is only binary noise. */
const noise = 1e-9;

/** Mean over standard deviation (ddof 1), per return; null of too few returns or of some that do not vary. */
export function sharpeRatio(returns: readonly number[]): Estimate | null {
  if (returns.length < fewestObservations) return null;
  const [centre, spread] = [mean(returns), sampleStandardDeviation(returns)];
  return ratio(returns, centre, spread, (value) => (value - centre) ** 2);
}

/** Mean over downside deviation, the root mean square of the losses over all n; null of too few or without a loss. */
export function sortinoRatio(returns: readonly number[]): Estimate | null {
  if (returns.length < fewestObservations) return null;
  const downside = rootMeanSquare(returns.map((value) => Math.min(0, value)));
  return ratio(returns, mean(returns), downside, (value) => Math.min(0, value) ** 2);
}

/**
 * Mean over a spread whose square is the mean of `squareOf`. Its error is the delta method's for independent returns of
 * any distribution, which for the Sharpe ratio is Mertens' formula with skewness and kurtosis.
 */
function ratio(
  returns: readonly number[],
  centre: number,
  spread: number,
  squareOf: (value: number) => number,
): Estimate | null {
  if (spread < noise) return null;
  const influences = returns.map(
    (value) => (value - centre) / spread - (centre * (squareOf(value) - spread ** 2)) / (2 * spread ** 3),
  );
  return { value: centre / spread, error: errorOfMean(influences) };
}

/** The sum of the first of each pair over the sum of the second; null of too few pairs or where that sum is 0. */
export function ratioOfSums(pairs: readonly (readonly [number, number])[]): Estimate | null {
  const below = sum(pairs.map(([, lower]) => lower));
  if (pairs.length < fewestObservations || below === 0) return null;
  const value = sum(pairs.map(([upper]) => upper)) / below;
  const influences = pairs.map(([upper, lower]) => ((upper - value * lower) * pairs.length) / below);
  return { value, error: errorOfMean(influences) };
}

/**
 * The least squares line through pairs of the market's return and the own one, with its usual errors (n − 2 degrees of
 * freedom); null of too few pairs and of a market that stands still.
 */
export function marketLine(
  pairs: readonly { market: number; own: number }[],
): { alpha: Estimate; beta: Estimate } | null {
  const count = pairs.length;
  if (count < fewestObservations) return null;
  const [marketMean, ownMean] = [mean(pairs.map(({ market }) => market)), mean(pairs.map(({ own }) => own))];
  const squares = sum(pairs.map(({ market }) => (market - marketMean) ** 2));
  if (Math.sqrt(squares / (count - 1)) < noise) return null;
  const slope = sum(pairs.map(({ market, own }) => (market - marketMean) * (own - ownMean))) / squares;
  const intercept = ownMean - slope * marketMean;
  const residual = Math.sqrt(
    sum(pairs.map(({ market, own }) => (own - intercept - slope * market) ** 2)) / (count - 2),
  );
  return {
    alpha: { value: intercept, error: residual * Math.sqrt(1 / count + marketMean ** 2 / squares) },
    beta: { value: slope, error: residual / Math.sqrt(squares) },
  };
}

function errorOfMean(values: readonly number[]): number {
  return sampleStandardDeviation([...values]) / Math.sqrt(values.length);
}
