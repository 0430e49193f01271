import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import { contractTerms, type Leg } from "../orders/legs.ts";
import { heldAs, unitPrice } from "../positions/units.ts";
import type { Prices } from "./prices.ts";

/** What is to be traded now. */
export interface Ticket {
  /** Of an equity order its one share. */
  legs: readonly Leg[];
  /** Units that are still wanted. */
  left: number;
  /** What one unit may cost net or has to bring, dollars per share. */
  limit_price: number | null;
  /** Whether money is to come in: then the limit is the least of it. */
  isCredit: boolean;
  /** Nothing of the order was filled before, so that what is paid once for an order is due. */
  isFirst: boolean;
}

export interface PaperFill {
  quantity: number;
  /** Net, dollars per share: negative where money came in. */
  price: number;
  leg_prices: number[];
  commission_cents: number;
}

/**
 * What the market as it is now fills of a ticket: bought at the ask and sold at the bid, never more than is quoted there, all
 * legs together or none, and only within the limits. Null where nothing is filled: nobody offers, or not at that price.
 */
export function paperFill(ticket: Ticket, prices: Prices, settings: CommissionSettings): PaperFill | null {
  const sides = ticket.legs.map((leg) => sideOf(leg, prices));
  const known = sides.filter((side) => side !== null);
  if (known.length < sides.length) return null;
  const leg_prices = known.map(({ price }) => price);
  const price = netPrice(ticket.legs, leg_prices);
  if (!isWithin(ticket, price)) return null;
  if (ticket.legs.some((leg, index) => !legIsWithin(leg, leg_prices[index] ?? 0))) return null;
  const quantity = Math.min(ticket.left, ...known.map(({ units }) => units));
  if (quantity < 1) return null;
  return { quantity, price, leg_prices, commission_cents: commission(ticket, quantity, settings) };
}

/** Net of all legs, dollars per share of a unit: what is paid is positive. */
export function netPrice(legs: readonly Leg[], prices: readonly number[]): number {
  const { legs: held, units } = heldAs(legs, 1);
  const isSingle = held.length === 1;
  const net = unitPrice(held, prices);
  return isSingle ? round(net * units, 4) : net;
}

/** The price on the side that the leg takes, and how many units are quoted there; null where nobody is. */
function sideOf(leg: Leg, prices: Prices): { price: number; units: number } | null {
  const quoted = prices.get(leg.symbol);
  if (!quoted) return null;
  const [price, size] = leg.side === "buy" ? [quoted.ask, quoted.askSize] : [quoted.bid, quoted.bidSize];
  // At 0 nobody buys, and nobody sells for nothing.
  if (price === null || price <= 0) return null;
  return { price, units: size === null ? Number.POSITIVE_INFINITY : Math.floor(size / leg.quantity) };
}

function isWithin({ limit_price: limit, isCredit }: Ticket, price: number): boolean {
  if (limit === null) return true;
  return isCredit ? -price >= limit : price <= limit;
}

function legIsWithin({ side, limit_price: limit }: Leg, price: number): boolean {
  if (limit === null) return true;
  return side === "buy" ? price <= limit : price >= limit;
}

export type CommissionSettings = Pick<Configuration, "commission_stock_usd" | "commission_option_usd">;

/** By the contract, and for the shares of an order once. */
function commission({ legs, isFirst }: Ticket, quantity: number, settings: CommissionSettings): number {
  const contracts = legs.reduce((sum, leg) => sum + (contractTerms(leg.symbol) ? leg.quantity : 0), 0);
  const hasShares = legs.some((leg) => !contractTerms(leg.symbol));
  const once = hasShares && isFirst ? settings.commission_stock_usd : 0;
  return round((contracts * quantity * settings.commission_option_usd + once) * 100, 0);
}
