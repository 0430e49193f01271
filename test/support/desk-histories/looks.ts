import type { Leg } from "../../../lib/desk/orders/legs.ts";
import type { Order } from "../../../lib/desk/orders/record.ts";
import { type Ledger, type Lot, legsOf, multiple } from "./ledger.ts";
import { type QuotedMarket, share, sharesOf } from "./market.ts";

/** What a look at the market has to make of an order: so many units at these prices, nothing yet, or its end. */
export type Expected = { quantity: number; prices: number[]; commission: number } | "nothing" | "cancelled";

/** How long an order is worked, and how often a part of a spread is tried. */
const [workedMs, mostAttempts] = [300_000, 10];

export function expectedLook(order: Order, ledger: Ledger, market: QuotedMarket, now: string): Expected {
  const legs = legsNow(order);
  const lot = ledger.traded(order, legs);
  const isClosing = order.position_id !== null;
  if (isClosing && (!lot || multiple(lot.unit, unitOf(legs)) === 0)) return "cancelled";
  if (order.execution_type === "two_part_spread") return expectedAttempt(order, legs, lot, market);
  const left = order.quantity - order.filled_quantity;
  const wanted = isClosing ? Math.min(left, Math.abs(lot?.quantity ?? 0)) : left;
  const quantity = lot?.isFrozen || !isWithin(order, legs, market) ? 0 : Math.min(wanted, offered(legs, market));
  if (quantity > 0) return filledAs(legs, quantity, market, order.fills.length === 0);
  const began = order.transitions.find(({ to }) => to === "executing")?.at ?? "";
  return Date.parse(now) - Date.parse(began) >= workedMs ? "cancelled" : "nothing";
}

/** Of a two-part spread the legs whose turn it is. */
export function legsNow(order: Order): Leg[] {
  const legs = legsOf(order);
  if (order.execution_type !== "two_part_spread") return legs;
  return order.fills.length === 0 ? legs.slice(0, legs.length / 2) : legs.slice(legs.length / 2);
}

/** A part is filled whole or not at all, and the credit brings at least what the debit cost. */
function expectedAttempt(order: Order, legs: readonly Leg[], lot: Lot | undefined, market: QuotedMarket): Expected {
  const attempts = Number(order.execution_details.attempts ?? 0);
  if (attempts >= mostAttempts) return "cancelled";
  if (lot?.isFrozen || offered(legs, market) < order.quantity) return "nothing";
  const isDebit = order.fills.length === 0;
  const debit = Math.round((order.fills[0]?.price ?? 0) * 10_000);
  // Without a spread both limits are the one price; else the test asks for limits at which the market trades.
  const meets = isDebit || -net(legs, market) >= debit;
  const isQuotedBack = legs.every(({ symbol }) => market.quotes.has(symbol));
  return meets && isQuotedBack ? filledAs(legs, order.quantity, market, isDebit) : "nothing";
}

function unitOf(legs: readonly Leg[]): Map<string, number> {
  const [only, ...others] = legs;
  if (only && others.length === 0) return new Map([[only.symbol, 1]]);
  return new Map(legs.map(({ symbol, side, quantity }) => [symbol, side === "buy" ? quantity : -quantity]));
}

function priceOf({ symbol, side }: Leg, market: QuotedMarket): number {
  return market.of(symbol)[side === "buy" ? "ask" : "bid"];
}

/** Units that all legs together are offered in, at a price. */
function offered(legs: readonly Leg[], market: QuotedMarket): number {
  const units = legs.map((leg) => {
    const { size } = market.of(leg.symbol);
    if (priceOf(leg, market) <= 0) return 0;
    return size === null ? Number.POSITIVE_INFINITY : Math.floor(size / leg.quantity);
  });
  return Math.min(...units);
}

/** In hundredths of a cent per share: what is paid is positive. Beside contracts a share counts as the hundredth of one. */
export function net(legs: readonly Leg[], market: QuotedMarket, of = (leg: Leg) => priceOf(leg, market)): number {
  const all = legs.reduce((sum, leg) => {
    const units = leg.side === "buy" ? leg.quantity : -leg.quantity;
    return sum + units * of(leg) * sharesOf(leg.symbol) * 100;
  }, 0);
  return all / Math.max(...legs.map(({ symbol }) => sharesOf(symbol)));
}

/** A limit is the most that is paid or the least that comes in. */
function isWithin(order: Order, legs: readonly Leg[], market: QuotedMarket): boolean {
  if (order.limit_price === null) return true;
  const limit = order.limit_price * 10_000;
  const price = net(legs, market);
  const takesIn = legs.length === 1 ? legs[0]?.side === "sell" : (order.reference_price ?? 0) < 0;
  return takesIn ? -price >= limit - 0.001 : price <= limit + 0.001;
}

/** 65 cents a contract, and a dollar once for the shares of an order. */
function filledAs(legs: readonly Leg[], quantity: number, market: QuotedMarket, isFirst: boolean): Expected {
  const contracts = legs.reduce((sum, leg) => sum + (leg.symbol === share ? 0 : leg.quantity), 0);
  const once = isFirst && legs.some(({ symbol }) => symbol === share) ? 100 : 0;
  const prices = legs.map((leg) => priceOf(leg, market));
  return { quantity, prices, commission: contracts * quantity * 65 + once };
}
