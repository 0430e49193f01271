import { lastTradingDay, sessionEnd } from "../../calendar/trading-days.ts";
import { round } from "../../runtime/money.ts";
import { contractTerms } from "../orders/legs.ts";
import type { DeskPosition, PositionLeg } from "./record.ts";

/** The day of the earliest contracts whose last session is over by then, YYYY-MM-DD; undefined where none has expired. */
export function expiredBy({ legs }: Pick<DeskPosition, "legs">, marketTime: Date): string | undefined {
  const days = legs.flatMap(({ symbol }) => contractTerms(symbol)?.expiration ?? []);
  return days.toSorted().find((day) => sessionEnd(lastTradingDay(day)) <= marketTime);
}

/** A position whose contracts of one day have expired, and the money that they brought (+) or cost (−). */
export interface Settled {
  position: DeskPosition;
  flow_cents: number;
}

/**
 * Settles the contracts that expired on a day in cash, at what they were worth against the underlying's close of that day, as
 * the paper portfolios do: nobody delivers shares. Without a commission, because it is no trade. What is left of a
 * combination keeps its whole cost, and has no price until it is looked at.
 */
export function settlePosition(before: DeskPosition, day: string, close: number): Settled {
  const { quantity, cost_cents, realized_cents } = before;
  const isExpired = ({ symbol }: PositionLeg) => contractTerms(symbol)?.expiration === day;
  const worth = before.legs.filter(isExpired).reduce((sum, leg) => sum + worthAt(leg, close) * leg.quantity, 0);
  const flow_cents = round(worth * quantity * 100 * 100, 0);
  const legs = before.legs.filter((leg) => !isExpired(leg));
  const isOver = legs.length === 0;
  return {
    flow_cents,
    position: {
      ...before,
      ...(isOver ? { quantity: 0 } : remaining(before, legs)),
      cost_cents: isOver ? 0 : cost_cents,
      realized_cents: realized_cents + flow_cents - (isOver ? cost_cents : 0),
      current_price: isOver ? before.current_price : null,
      greeks: null,
    },
  };
}

/** Dollars per share. */
function worthAt({ symbol }: PositionLeg, close: number): number {
  const terms = contractTerms(symbol);
  if (!terms) return 0;
  return Math.max(0, terms.option_type === "call" ? close - terms.strike : terms.strike - close);
}

/** A single instrument counts in its own direction, as every position in one does. */
function remaining(before: DeskPosition, legs: PositionLeg[]): Partial<DeskPosition> {
  const [only, ...others] = legs;
  if (!only || others.length > 0) return { legs };
  return {
    ...{ symbol: only.symbol, legs: [{ symbol: only.symbol, quantity: 1 }] },
    quantity: before.quantity * only.quantity,
    most_units: before.most_units * Math.abs(only.quantity),
  };
}
