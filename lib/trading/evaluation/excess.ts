import { mean, sampleStandardDeviation } from "simple-statistics";
import { fewestObservations } from "../performance/ratios.ts";

/** Values of one moment, kept together: the portfolio's after costs, and the index's. */
export interface DailyPair {
  date: string;
  value: number;
  benchmark: number;
}

/** The mean daily return beyond the index's, as a fraction, and a bound below which chance alone seldom puts it. */
export interface ExcessBound {
  mean: number;
  standardError: number;
  bound: number;
}

/** Periods that share the one chance in twenty to pass by luck; then the count begins anew. */
export const looksInCount = 12;
/** A normal value is further above than this with a chance of 1.25 %, see `lowerBound`. */
const boundary = 2.241402727604947;
const resamples = 500;
const seed = 20_260_302;

/** From one pair to the next, the own return less the index's. */
export function excessReturns(pairs: readonly DailyPair[]): number[] {
  return pairs.slice(1).map(({ value, benchmark }, index) => {
    const before = pairs[index] ?? { value, benchmark };
    return value / before.value - benchmark / before.benchmark;
  });
}

/**
 * The one-sided 95 % lower bound of the mean daily excess, corrected for a look after every period of a count and for
 * two types of signal, of which the luckier one would lead. The sum of the excess wanders like a Brownian motion, which
 * by the reflection principle ever rises above 2.24 √12 of a period's deviations with a chance of 2 × 1.25 %, for two
 * of them 5 %. After period k that line is 2.24 √(12 / k) standard errors of the mean: strict at first, and 2.24 after
 * the twelfth (the shape of O'Brien and Fleming). Null of fewer than twenty returns, and before the first period.
 */
export function lowerBound(excess: readonly number[], periods: number): ExcessBound | null {
  if (excess.length < fewestObservations || periods === 0) return null;
  const [centre, standardError] = [mean([...excess]), bootstrapError(excess)];
  return { mean: centre, standardError, bound: centre - boundary * Math.sqrt(looksInCount / periods) * standardError };
}

/**
 * The standard error of a mean of values that may hang together from day to day: the deviation of the means of samples
 * drawn in blocks of ∛n neighbours, the end followed by the beginning (circular block bootstrap). The seed is fixed, so
 * that the same history is always told the same.
 */
function bootstrapError(values: readonly number[]): number {
  const count = values.length;
  const length = Math.ceil(Math.cbrt(count));
  const sums = values.map((_, start) => {
    let sum = 0;
    for (let offset = 0; offset < length; offset++) sum += values[(start + offset) % count] ?? 0;
    return sum;
  });
  const blocks = Math.ceil(count / length);
  const chance = chances(seed);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let block = 0; block < blocks; block++) sum += sums[Math.floor(chance() * count)] ?? 0;
    return sum / (blocks * length);
  });
  // The samples are longer than the history by part of a block, and blocks vary about the history's own mean.
  return sampleStandardDeviation(means) * Math.sqrt((blocks * length) / (count - length));
}

/** Numbers of [0, 1), always the same ones for a seed: Marsaglia's xorshift of 32 bits. */
function chances(start: number): () => number {
  let state = start;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
