import { round } from "../../runtime/money.ts";
import type { DeskPosition } from "./record.ts";
import { unitShares } from "./units.ts";

/** What a unit has cost, dollars per share, opening commissions included; 0 once it is closed. */
export function averageCost({ quantity, cost_cents, legs }: DeskPosition): number {
  return quantity === 0 ? 0 : round(cost_cents / 100 / quantity / unitShares(legs), 4);
}

/** quantity × price × shares, in cents; what has no price yet counts as what it cost. */
export function marketValueCents({ quantity, current_price, cost_cents, legs }: DeskPosition): number {
  return current_price === null ? cost_cents : round(current_price * quantity * unitShares(legs) * 100, 0);
}

export function unrealizedCents(position: DeskPosition): number {
  return marketValueCents(position) - position.cost_cents;
}
