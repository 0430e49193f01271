import type { Leg } from "../../../lib/desk/orders/legs.ts";
import type { Order, OrderFill } from "../../../lib/desk/orders/record.ts";
import { type QuotedMarket, share, sharesOf } from "./market.ts";

/** What was bought or owed by orders of one origin: units of a share, a contract or a combination. Money in cents. */
export interface Lot {
  id: string;
  origin: Order["origin"];
  /** How many of each instrument a unit holds. */
  unit: Map<string, number>;
  quantity: number;
  cost: number;
  realized: number;
  /** What it was worth when somebody last said so. */
  worth: number;
  /** A split that nobody can book: it keeps its worth, and is not traded. */
  isFrozen: boolean;
}

/** Of the orders' fills alone: what was paid, what is held of it, and what closing it gained. */
export class Ledger {
  readonly lots = new Map<string, Lot>();
  cash = 10_000_000;
  /** What all was worth when a day began. */
  private readonly openings = new Map<string, number>();

  open(): Lot[] {
    return [...this.lots.values()].filter(({ quantity }) => quantity !== 0).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The one that an order trades in: that which it is to close, else one of its origin in the same instruments. */
  traded(order: Order, legs: readonly Leg[]): Lot | undefined {
    if (order.position_id !== null) return this.open().find(({ id }) => id === order.position_id);
    const { unit } = bought(legs);
    return this.open().find((lot) => lot.origin === order.origin && multiple(lot.unit, unit) !== 0);
  }

  /** Books a fill, whose number among those of its order says what a lot of its own is called. */
  book(order: Order, fill: OrderFill, number: number, legs: readonly Leg[]): void {
    const { unit, sign } = bought(legs);
    const prices = new Map(legs.map(({ symbol }, index) => [symbol, cents(fill.leg_prices[index] ?? 0)]));
    const lot = this.traded(order, legs);
    const direction = lot ? multiple(lot.unit, unit) : 1;
    const price = worthOf(unit, (symbol) => prices.get(symbol) ?? 0) * direction;
    const units = fill.quantity * sign * direction;
    const fee = fill.commission_cents;
    this.cash -= price * units + fee;
    const isClosing = lot !== undefined && Math.sign(lot.quantity) !== Math.sign(units);
    const closed = isClosing ? Math.min(Math.abs(units), Math.abs(lot.quantity)) * Math.sign(units) : 0;
    const closingFee = nearest((fee * closed) / units);
    if (isClosing) close(lot, Math.abs(closed), -price * closed - closingFee);
    if (lot) lot.worth = lot.quantity * price;
    const rest = units - closed;
    if (rest === 0) return;
    const id = number === 1 ? order.order_id : `${order.order_id}.${number}`;
    const into = lot && !isClosing ? lot : this.begin(id, order.origin, lot?.unit ?? unit);
    into.quantity += rest;
    into.cost += price * rest + fee - closingFee;
    into.worth = into.quantity * price;
  }

  private begin(id: string, origin: Order["origin"], unit: Map<string, number>): Lot {
    const lot: Lot = { id, origin, unit, quantity: 0, cost: 0, realized: 0, worth: 0, isFrozen: false };
    this.lots.set(id, lot);
    return lot;
  }

  /** All units of a lot, for so many cents each. */
  closeAt(lot: Lot, each: number): void {
    this.cash += each * lot.quantity;
    close(lot, Math.abs(lot.quantity), each * lot.quantity);
    lot.worth = 0;
  }

  /** All that is not frozen is worth what the market says. */
  value(market: QuotedMarket): void {
    for (const lot of this.open()) {
      const isQuoted = [...lot.unit.keys()].every((symbol) => market.quotes.has(symbol));
      if (!lot.isFrozen && isQuoted) lot.worth = lot.quantity * worthOf(lot.unit, (symbol) => market.of(symbol).mark);
    }
  }

  /** For `old` units there are `fresh` ones, and a fraction is paid out at the share's opening. */
  split([fresh, old]: readonly [number, number], names: Map<string, string>, openingCents: number): void {
    if (fresh === old) return;
    for (const lot of this.open().filter(({ isFrozen }) => !isFrozen)) {
      lot.isFrozen = old !== 1 && [...lot.unit.keys()].some((symbol) => symbol !== share);
      if (lot.isFrozen) continue;
      lot.unit = new Map([...lot.unit].map(([symbol, units]) => [names.get(symbol) ?? symbol, units]));
      const exact = (lot.quantity * fresh) / old;
      const whole = Math.trunc(exact) || 0;
      const flow = nearest((exact - whole) * openingCents);
      this.cash += flow;
      const settled = whole === 0 ? lot.cost : nearest((lot.cost * (exact - whole)) / exact);
      lot.quantity = whole;
      lot.cost -= settled;
      lot.realized += flow - settled;
      lot.worth = whole === 0 ? 0 : lot.worth;
    }
  }

  /** The first look of a day says what the day begins with. */
  see(day: string): void {
    if (!this.openings.has(day)) this.openings.set(day, this.equity());
  }

  /** What the last day that was seen to begin, up to this one, began with. */
  opening(day: string): number {
    const seen = [...this.openings].filter(([date]) => date <= day).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return seen.at(-1)?.[1] ?? 10_000_000;
  }

  equity(): number {
    return this.open().reduce((sum, { worth }) => sum + worth, this.cash);
  }

  unrealized(): number {
    return this.open().reduce((sum, { worth, cost }) => sum + worth - cost, 0);
  }

  realized(): number {
    return [...this.lots.values()].reduce((sum, { realized }) => sum + realized, 0);
  }
}

function close(lot: Lot, closed: number, flow: number): void {
  const isAll = closed === Math.abs(lot.quantity);
  const cost = isAll ? lot.cost : nearest((lot.cost * closed) / Math.abs(lot.quantity));
  lot.quantity -= closed * Math.sign(lot.quantity);
  lot.cost -= cost;
  lot.realized += flow - cost;
}

export function legsOf({ legs, symbol, side }: Pick<Order, "legs" | "symbol" | "side">): Leg[] {
  return legs ?? [{ symbol, side: side ?? "buy", quantity: 1, limit_price: null }];
}

/** What one unit of an order holds, and its sign: a single instrument is held bought, and owed where it is sold. */
function bought(legs: readonly Leg[]): { unit: Map<string, number>; sign: number } {
  const signed = legs.map(({ symbol, side, quantity }): [string, number] => [
    symbol,
    side === "buy" ? quantity : -quantity,
  ]);
  const [only, ...others] = signed;
  if (only && others.length === 0) return { unit: new Map([[only[0], 1]]), sign: only[1] };
  return { unit: new Map(signed), sign: 1 };
}

/** 1 where both are the same, −1 where they are opposite, 0 where they are different. */
export function multiple(held: Map<string, number>, other: Map<string, number>): number {
  const is = (sign: number) =>
    held.size === other.size && [...held].every(([symbol, units]) => other.get(symbol) === units * sign);
  return is(1) ? 1 : is(-1) ? -1 : 0;
}

/** In cents, where one of each instrument is at so many cents a share. */
export function worthOf(unit: Map<string, number>, priceOf: (symbol: string) => number): number {
  return [...unit].reduce((sum, [symbol, units]) => sum + units * sharesOf(symbol) * priceOf(symbol), 0);
}

export function cents(dollars: number): number {
  return Math.round(dollars * 100);
}

/** To the nearest whole, halves away from zero; what is a hair from a half is one. */
function nearest(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5 + 1e-6) || 0;
}
