import type { MarketMoment } from "../../realm/moment.ts";
import { round } from "../../runtime/money.ts";
import { allowsTrading, dailyPnlPct } from "../breaker/rules.ts";
import { findBreaker } from "../breaker/stored.ts";
import type { Leg } from "../orders/legs.ts";
import { signed } from "../orders/legs.ts";
import { type Order, orderSchema } from "../orders/record.ts";
import { readBook } from "../positions/book.ts";
import { heldAs, sharesOf, unitsCents } from "../positions/units.ts";
import { marketValueCents } from "../positions/value.ts";
import type { DeskServices } from "../services.ts";
import type { Facts } from "./checks.ts";
import { positionOf, unitsFor } from "./instruments.ts";
import { netPrice } from "./paper.ts";
import { livePrices, marksOf, type Prices } from "./prices.ts";
import { readTradesOfDay } from "./trades.ts";
import { worstCaseCents } from "./worst-case.ts";

/** As many of the last orders of a symbol as may have been approved within the seconds that count. */
const recentOrders = 20;

/**
 * What the checks of an order look at, as the book and the market are now, and what a unit costs: negative where money comes in.
 * `without` is a position that is closed before the order is checked.
 */
export async function gatherFacts(
  services: DeskServices,
  order: Order,
  legs: readonly Leg[],
  { marketTime, today, settings }: MarketMoment,
  without?: string,
): Promise<{ facts: Facts; referencePrice: number | null }> {
  const askedMs = services.clock.now().getTime();
  const [prices, book, breaker, trades, isDuplicate] = await Promise.all([
    livePrices(services, [order.symbol, ...legs.map(({ symbol }) => symbol)], marketTime),
    readBook(services, settings),
    findBreaker(services),
    readTradesOfDay(services, today),
    wasJustOrdered(services, order, settings.order_duplicate_seconds),
  ]);
  const marks = marksOf(legs, prices);
  const underlyingPrice = prices.get(order.symbol)?.mark ?? null;
  const held = heldAs(legs, 1);
  const unitCents = marks && unitsCents(held.legs, marks, held.units);
  const positions = book.positions.filter(({ position_id }) => position_id !== without);
  const position = positionOf(order, legs, positions);
  const units = unitsFor(position, legs, order.quantity);
  const isClosing = position !== undefined && Math.sign(units) !== Math.sign(position.quantity);
  const exposures = positions.map((each) => ({ ...each, cents: Math.abs(marketValueCents(each)) }));
  const ofSymbol = exposures.filter(({ underlying }) => underlying === order.symbol);
  const worst = unitCents === null || underlyingPrice === null ? null : worstCaseOf(held, unitCents, underlyingPrice);
  return {
    referencePrice: marks && netPrice(legs, marks),
    facts: {
      isGone: order.position_id !== null && position === undefined,
      isClosing: isClosing && Math.abs(units) <= Math.abs(position.quantity),
      mayTrade: allowsTrading(breaker),
      valueCents: unitCents && Math.abs(unitCents) * order.quantity,
      worstCaseCents: worst && worst * order.quantity,
      equityCents: book.equityCents,
      symbolExposureCents: sum(ofSymbol.map(({ cents }) => cents)),
      exposureCents: sum(exposures.map(({ cents }) => cents)),
      dailyPnlPct: dailyPnlPct(breaker, book.equityCents),
      hasPrice: marks !== null,
      priceAgeSeconds: round((services.clock.now().getTime() - askedMs) / 1000, 3),
      isDuplicate,
      volume: leastVolume(legs, prices),
      netLegs: legs.length > 1 ? sum(legs.map((leg) => signed(leg) * sharesOf(leg.symbol))) : null,
      opensPosition: position === undefined,
      openPositions: positions.length,
      opensAgain: order.after_order_id !== null,
      tradesToday: trades.count,
    },
  };
}

/** A unit in the order's own direction: a single instrument that is sold is owed. */
function worstCaseOf({ legs, units }: ReturnType<typeof heldAs>, unitCents: number, underlyingPrice: number): number {
  const owned = legs.map((leg) => ({ ...leg, quantity: leg.quantity * units }));
  return worstCaseCents(owned, unitCents, underlyingPrice);
}

function leastVolume(legs: readonly Leg[], prices: Prices): number | null {
  const volumes = legs.map(({ symbol }) => prices.get(symbol)?.volume ?? null);
  const known = volumes.filter((volume) => volume !== null);
  return known.length === volumes.length && known.length > 0 ? Math.min(...known) : null;
}

/** Whether the same was approved within so many seconds. */
async function wasJustOrdered({ store, clock }: DeskServices, order: Order, seconds: number): Promise<boolean> {
  const { gsi2pk: pk } = store.keys.orderIndex({ ...order, place: null });
  const since = clock.now().getTime() - seconds * 1_000;
  const { items } = await store.query({ index: "gsi2", pk, descending: true, limit: recentOrders }, orderSchema);
  // The same contracts may be held twice, by different sources, and both be closed or rolled.
  const what = ({ side, quantity, execution_type, strategy_name, legs, position_id, after_order_id }: Order) =>
    JSON.stringify([
      ...[side, quantity, execution_type, strategy_name, strategy_name ? null : legs],
      ...[position_id, after_order_id],
    ]);
  return items.some(
    (other) =>
      other.order_id !== order.order_id &&
      what(other) === what(order) &&
      other.transitions.some(({ to, at }) => to === "queued" && Date.parse(at) > since),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
