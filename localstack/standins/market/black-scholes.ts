import type { OptionType } from "../../../lib/providers/market/market.ts";

/** A European option on a share without dividends; time in years, rate and volatility per year. */
export interface OptionInputs {
  type: OptionType;
  spot: number;
  strike: number;
  rate: number;
  volatility: number;
  years: number;
}

const tradingDaysPerYear = 252;
/** DESIGN section 9. */
const volatilityRange = { from: 0.2, to: 3 };
/** Fewer returns than this say nothing. */
const fewestReturns = 5;

/** Black and Scholes 1973: price and delta. Without time left, what exercising would bring. */
export function blackScholes({ type, spot, strike, rate, volatility, years }: OptionInputs) {
  const sign = type === "call" ? 1 : -1;
  if (years <= 0) {
    const value = Math.max(0, sign * (spot - strike));
    return { price: value, delta: value > 0 ? sign : 0 };
  }
  const deviation = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate + volatility ** 2 / 2) * years) / deviation;
  const d2 = d1 - deviation;
  const discounted = strike * Math.exp(-rate * years);
  const price = sign * (spot * normalCdf(sign * d1) - discounted * normalCdf(sign * d2));
  return { price: Math.max(0, price), delta: sign * normalCdf(sign * d1) };
}

/**
 * The standard normal distribution, to about 15 digits: a Taylor series about 0 (Marsaglia 2004), and a continued
 * fraction in the tails, where the series would cancel.
 */
export function normalCdf(x: number): number {
  if (x > 6) return 1 - normalCdf(-x);
  if (x < -6) return (density(x) / -x) * (1 - 1 / x ** 2 + 3 / x ** 4 - 15 / x ** 6 + 105 / x ** 8);
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + sum * density(x);
}

function density(x: number): number {
  return Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** The yearly standard deviation of the closes' logarithmic returns within [0.2, 3.0]; null for fewer than five. */
export function realisedVolatility(closes: readonly number[]): number | null {
  const returns = closes.slice(1).map((close, index) => Math.log(close / (closes[index] ?? close)));
  if (returns.length < fewestReturns) return null;
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (returns.length - 1);
  const yearly = Math.sqrt(variance * tradingDaysPerYear);
  return Math.min(volatilityRange.to, Math.max(volatilityRange.from, yearly));
}
