import { round } from "../../runtime/money.ts";
import { contractTerms, type Leg, signed } from "../orders/legs.ts";
import type { PositionLeg } from "./record.ts";

/** Shares that one of the instrument stands for. */
export function sharesOf(symbol: string): number {
  return contractTerms(symbol) ? 100 : 1;
}

/** What `quantity` units are worth in cents where one of each leg is at its price, dollars per share; owed legs count against it. */
export function unitsCents(legs: readonly PositionLeg[], prices: readonly number[], quantity: number): number {
  const exact = legs.reduce((sum, leg, index) => sum + (prices[index] ?? 0) * leg.quantity * sharesOf(leg.symbol), 0);
  return round(exact * quantity * 100, 0);
}

/** The price of one unit, dollars per share, net of all legs. Shares beside contracts count as the hundredth of one. */
export function unitPrice(legs: readonly PositionLeg[], prices: readonly number[]): number {
  const net = legs.reduce((sum, leg, index) => sum + (prices[index] ?? 0) * leg.quantity * sharesOf(leg.symbol), 0);
  return round(net / unitShares(legs), 4);
}

/** Shares that the price of a unit is per: a contract's hundred where there is one among the legs. */
export function unitShares(legs: readonly Pick<PositionLeg, "symbol">[]): number {
  return Math.max(...legs.map(({ symbol }) => sharesOf(symbol)));
}

/**
 * What an order's legs make of a position: a single instrument counts in its own direction (two sold contracts are −2), a
 * combination in units of it.
 */
export function heldAs(legs: readonly Leg[], units: number): { legs: PositionLeg[]; units: number } {
  const [only, ...others] = legs;
  if (only && others.length === 0) {
    return { legs: [{ symbol: only.symbol, quantity: 1 }], units: units * signed(only) };
  }
  return { legs: legs.map((leg) => ({ symbol: leg.symbol, quantity: signed(leg) })), units };
}

/** The same instruments in the same proportions have the same name, whichever order they are named in. */
function nameOf(legs: readonly PositionLeg[], sign: 1 | -1): string {
  return legs
    .map(({ symbol, quantity }) => `${symbol}×${quantity * sign}`)
    .toSorted()
    .join(" ");
}

/** How many units of `held` one unit of `traded` is: 1, −1 where it is the very opposite, 0 where it is something else. */
export function sameUnits(held: readonly PositionLeg[], traded: readonly PositionLeg[]): 1 | -1 | 0 {
  const name = nameOf(held, 1);
  if (nameOf(traded, 1) === name) return 1;
  return nameOf(traded, -1) === name ? -1 : 0;
}
