import { round } from "../../runtime/money.ts";
import { splitContract, splitPrice, splitQuantity } from "../../trading/instruments/split.ts";
import type { OpenedSplit } from "../../trading/market/bars.ts";
import { contractTerms } from "../orders/legs.ts";
import type { DeskPosition, PositionLeg } from "./record.ts";

/** A position after a split, and the money that its fraction of a share brought. */
export interface SplitBooked {
  position: DeskPosition;
  flow_cents: number;
}

/** Why a split cannot be booked for certain, as a sentence; null where it can. */
export function splitProblem(
  { legs, underlying }: DeskPosition,
  { date, ratio, isDoubtful }: OpenedSplit,
): string | null {
  const what = `On ${date} ${underlying} became ${round(ratio, 6)} shares`;
  if (isDoubtful) return `${what}, which is no split for certain and may be a spin-off.`;
  const hasContracts = legs.some(({ symbol }) => contractTerms(symbol));
  if (hasContracts && !Number.isInteger(ratio))
    return `${what}: its contracts deliver something else than a hundred now.`;
  return null;
}

/**
 * A position after a split, worth to the cent what it was: more units for the same money, contracts with their part of the
 * strike (the OCC's rules for whole ratios), and a fraction of a share settled in cash at the day's opening. Wants a split
 * without a `splitProblem`.
 */
export function splitPosition(before: DeskPosition, { date, ratio, opening }: OpenedSplit): SplitBooked {
  const { quantity, most_units, cost_cents, current_price, realized_cents } = before;
  const sign = Math.sign(quantity);
  const { whole, fraction } = splitQuantity(Math.abs(quantity), ratio);
  const flow = round(sign * fraction * opening * 100, 0);
  const settled = fraction === 0 ? 0 : round((cost_cents * fraction) / (whole + fraction), 0);
  const cost = whole === 0 ? cost_cents : settled;
  const quantity_after = sign * whole || 0;
  return {
    flow_cents: flow,
    position: {
      ...before,
      symbol: before.legs.length === 1 ? symbolAfter(before.symbol, ratio) : before.symbol,
      legs: before.legs.map((leg): PositionLeg => ({ ...leg, symbol: symbolAfter(leg.symbol, ratio) })),
      quantity: quantity_after,
      most_units: splitQuantity(most_units, ratio).whole,
      cost_cents: cost_cents - cost,
      realized_cents: realized_cents + flow - cost,
      current_price: current_price === null ? null : splitPrice(current_price, ratio),
      splits: [...before.splits, { date, ratio, quantity_before: quantity, quantity_after, settlement_cents: flow }],
    },
  };
}

function symbolAfter(symbol: string, ratio: number): string {
  const terms = contractTerms(symbol);
  if (!terms) return symbol;
  const contract = { contract_symbol: symbol, strike_price: terms.strike, deliverable_shares: 100 };
  return splitContract(contract, ratio).contract_symbol;
}
