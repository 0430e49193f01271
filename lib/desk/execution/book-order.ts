import type { MarketMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import type { Report } from "../../store/events.ts";
import { isMarketOpen } from "../../trading/market/hours.ts";
import { countClose } from "../breaker/count-close.ts";
import type { Leg } from "../orders/legs.ts";
import type { Order, OrderFill } from "../orders/record.ts";
import { saveOrder } from "../orders/stored.ts";
import { filled, moved } from "../orders/transitions.ts";
import { adjustPosition } from "../positions/adjust-position.ts";
import { bookFill } from "../positions/book-fill.ts";
import { type DeskPosition, isOpen } from "../positions/record.ts";
import { bookActions, bookReports } from "../positions/stored.ts";
import { heldAs } from "../positions/units.ts";
import type { DeskServices } from "../services.ts";
import { unitsFor } from "./instruments.ts";
import { type PaperFill, paperFill, type Ticket } from "./paper.ts";
import { livePrices } from "./prices.ts";

/** What the market fills of a ticket now, on paper; null while it is closed. */
export async function fillNow(services: DeskServices, ticket: Ticket, moment: MarketMoment): Promise<PaperFill | null> {
  const { marketTime, settings } = moment;
  if (!(await isMarketOpen(services, marketTime, services.log))) return null;
  const instruments = ticket.legs.map(({ symbol }) => symbol);
  return paperFill(ticket, await livePrices(services, instruments, marketTime), settings);
}

/**
 * The position that an order trades in, on the scale of today's prices; null where it begins one of its own. Undefined where
 * nobody knows that scale or a person has to look: then nothing is added to what is held, and nothing sold of it.
 */
export async function positionToTrade(
  services: DeskServices,
  held: DeskPosition | undefined,
  moment: MarketMoment,
): Promise<DeskPosition | null | undefined> {
  if (!held) return null;
  const adjusted = await adjustPosition(services, held, moment);
  return adjusted && isOpen(adjusted) ? adjusted : undefined;
}

/** Writes a fill, what it makes of the position that is traded in, and the money it moves: all or nothing. */
export async function bookOrderFill(
  services: DeskServices,
  order: Order,
  position: DeskPosition | null,
  fill: PaperFill & Pick<OrderFill, "part"> & { ticket: Ticket },
  moment: MarketMoment,
): Promise<Order | undefined> {
  const { store, clock, log } = services;
  const now = iso(clock.now());
  const { ticket, quantity, leg_prices, commission_cents, part } = fill;
  const price = ticket.isCredit ? -fill.price : fill.price;
  const after = filled(order, {
    ...{ at: now, market_time: moment.now, quantity, price, commission_cents, leg_prices, part },
  });
  const booked = bookFill(
    position,
    { ...order, position_id: idOf(order) },
    {
      legs: position?.legs ?? heldAs(ticket.legs, 1).legs,
      units: unitsFor(position ?? undefined, ticket.legs, quantity),
      prices: pricesOf(position, ticket.legs, leg_prices),
      ...{ commission_cents, at: moment.now, now },
    },
  );
  const { actions: counted = [], reports: told = [] } = await countClose(services, booked, moment);
  const written = await saveOrder(services, order, after, {
    actions: [...bookActions(store.keys, position, booked, order.origin), ...counted],
    reports: [...bookReports(position, booked), ...told],
  });
  if (!written.applied) return undefined;
  log.info("order filled", { orderId: order.order_id, status: after.status, quantity, price });
  return after;
}

/** A position that this order begins is called by it; a later one, where the first was closed meanwhile, by its fill too. */
function idOf({ order_id, fills }: Order): string {
  return fills.length === 0 ? order_id : `${order_id}.${fills.length + 1}`;
}

/** The prices in the order of the position's legs. */
function pricesOf(
  position: { legs: readonly { symbol: string }[] } | null,
  legs: readonly Leg[],
  prices: readonly number[],
): number[] {
  if (!position) return [...prices];
  return position.legs.map(({ symbol }) => prices[legs.findIndex((leg) => leg.symbol === symbol)] ?? 0);
}

/** Ends an order of which no more will be filled; what was filled stays filled. Undefined where another write came between. */
export async function giveUp(
  services: DeskServices,
  order: Order,
  reason: string,
  reports: readonly Report[] = [],
): Promise<Order | undefined> {
  const cancelled = moved(order, "cancelled", {
    ...{ at: iso(services.clock.now()), reason, changes: { error_message: reason } },
  });
  return (await saveOrder(services, order, cancelled, { reports })).applied ? cancelled : undefined;
}
