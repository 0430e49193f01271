import { round } from "../../runtime/money.ts";
import { contractTerms } from "../orders/legs.ts";
import type { PositionLeg } from "../positions/record.ts";
import { sharesOf } from "../positions/units.ts";

/** How far the underlying is thought to move, up or down, as a share of its price. */
const stressMove = 0.2;

/**
 * The most that a unit can lose, in cents, where the underlying ends within 20 % of its price at the expiration of the
 * contracts: what it cost and is not worth then. A bound is needed because shares and sold calls have none of their own.
 * Contracts that expire later are taken at what they are worth if exercised, which is less than they would bring.
 */
export function worstCaseCents(legs: readonly PositionLeg[], unitCostCents: number, underlyingPrice: number): number {
  const [low, high] = [underlyingPrice * (1 - stressMove), underlyingPrice * (1 + stressMove)];
  const strikes = legs.flatMap(({ symbol }) => contractTerms(symbol)?.strike ?? []);
  // Between two strikes the worth is a straight line, so it is least at one of them or at an end.
  const ends = [low, high, ...strikes.filter((strike) => strike > low && strike < high)];
  const worth = ends.map((price) => legs.reduce((sum, leg) => sum + worthCents(leg, price), 0));
  return Math.max(0, unitCostCents - Math.min(...worth));
}

function worthCents({ symbol, quantity }: PositionLeg, price: number): number {
  const terms = contractTerms(symbol);
  const each = terms ? Math.max(0, terms.option_type === "call" ? price - terms.strike : terms.strike - price) : price;
  return round(each * quantity * sharesOf(symbol) * 100, 0);
}
