import { daysBetween } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import { contractTerms } from "../orders/legs.ts";
import type { Greeks, PositionLeg } from "./record.ts";
import { sharesOf } from "./units.ts";

/** A year's interest without risk, as the scenario's own prices have it. */
const rate = 0.04;
const daysPerYear = 365;
/** Implied volatilities are looked for within these, to the sixth digit. */
const [leastIv, mostIv] = [0.01, 5];

interface Option {
  sign: 1 | -1;
  spot: number;
  strike: number;
  years: number;
}

/**
 * The greeks of a position after Black, Scholes and Merton (Hull, Options, Futures, and Other Derivatives, chapters 15 and
 * 19): European exercise, no dividends, 4 % interest, each contract at the volatility that explains its mark. Null where a
 * contract has no mark or no time left, or where no volatility explains its mark.
 */
export function greeksOf(
  { legs, quantity }: { legs: readonly PositionLeg[]; quantity: number },
  marks: readonly number[],
  spot: number,
  today: string,
): Omit<Greeks, "updated_at" | "source"> | null {
  const parts = legs.map((leg, index) => legGreeks(leg, marks[index] ?? 0, spot, today));
  const known = parts.filter((part) => part !== null);
  if (known.length < parts.length) return null;
  const total = (of: (part: LegGreeks) => number, places: number) =>
    round(
      known.reduce((sum, part, index) => {
        const { quantity: ratio, symbol } = legs[index] as PositionLeg;
        return sum + of(part) * ratio * quantity * sharesOf(symbol);
      }, 0),
      places,
    );
  const volatilities = known.flatMap(({ iv }) => iv ?? []);
  return {
    delta: total(({ delta }) => delta, 4),
    gamma: total(({ gamma }) => gamma, 6),
    theta: total(({ theta }) => theta, 4),
    vega: total(({ vega }) => vega, 4),
    rho: total(({ rho }) => rho, 4),
    iv:
      volatilities.length === 0 ? null : round(volatilities.reduce((sum, iv) => sum + iv, 0) / volatilities.length, 6),
  };
}

/** Of one share of what a leg stands for. */
interface LegGreeks {
  delta: number;
  gamma: number;
  theta: number;
  vega: number;
  rho: number;
  iv: number | null;
}

const share: LegGreeks = { delta: 1, gamma: 0, theta: 0, vega: 0, rho: 0, iv: null };

function legGreeks({ symbol }: PositionLeg, mark: number, spot: number, today: string): LegGreeks | null {
  const terms = contractTerms(symbol);
  if (!terms) return share;
  const years = daysBetween(today, terms.expiration) / daysPerYear;
  const option: Option = { sign: terms.option_type === "call" ? 1 : -1, spot, strike: terms.strike, years };
  const iv = years > 0 ? impliedVolatility(option, mark) : null;
  return iv === null ? null : { ...greeks(option, iv), iv };
}

/** By bisection: the price grows with the volatility. */
function impliedVolatility(option: Option, mark: number): number | null {
  let [low, high] = [leastIv, mostIv];
  if (price(option, low) > mark || price(option, high) < mark) return null;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (price(option, middle) < mark) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function price(option: Option, iv: number): number {
  const { sign, spot, strike, years } = option;
  const { d1, d2 } = distances(option, iv);
  return sign * (spot * normalCdf(sign * d1) - strike * Math.exp(-rate * years) * normalCdf(sign * d2));
}

/** Of one share: theta a calendar day, vega and rho a point. */
function greeks(option: Option, iv: number) {
  const { sign, spot, strike, years } = option;
  const { d1, d2 } = distances(option, iv);
  const discounted = strike * Math.exp(-rate * years);
  const decay = -(spot * density(d1) * iv) / (2 * Math.sqrt(years)) - sign * rate * discounted * normalCdf(sign * d2);
  return {
    delta: sign * normalCdf(sign * d1),
    gamma: density(d1) / (spot * iv * Math.sqrt(years)),
    theta: decay / daysPerYear,
    vega: (spot * density(d1) * Math.sqrt(years)) / 100,
    rho: (sign * years * discounted * normalCdf(sign * d2)) / 100,
  };
}

function distances({ spot, strike, years }: Option, iv: number) {
  const deviation = iv * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate + iv ** 2 / 2) * years) / deviation;
  return { d1, d2: d1 - deviation };
}

function density(x: number): number {
  return Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** The standard normal distribution: Abramowitz and Stegun 26.2.17, to seven digits. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = density(x) * series;
  return x >= 0 ? 1 - upper : upper;
}
