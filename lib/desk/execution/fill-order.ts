import * as z from "zod";
import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { isMarketOpen } from "../../trading/market/hours.ts";
import { countClose } from "../breaker/count-close.ts";
import type { Leg } from "../orders/legs.ts";
import type { Order, OrderFill } from "../orders/record.ts";
import { readOrder, saveOrder } from "../orders/stored.ts";
import { filled, isTerminal, moved } from "../orders/transitions.ts";
import { bookFill } from "../positions/book-fill.ts";
import type { DeskPosition } from "../positions/record.ts";
import { bookActions, bookReports, readOpenPositions } from "../positions/stored.ts";
import { heldAs } from "../positions/units.ts";
import type { DeskServices } from "../services.ts";
import { legsOf, positionOf, unitsFor } from "./instruments.ts";
import { type PaperFill, paperFill, type Ticket } from "./paper.ts";
import { livePrices } from "./prices.ts";

export const orderInputSchema = z.object({ orderId: z.string() });

/** What a state tells the machine: whether the order is over, and how long to wait before it is looked at again. */
export interface Worked {
  orderId: string;
  status: Order["status"];
  filled: number;
  done: boolean;
  waitSeconds: number;
}

/** Between two looks at the market. */
const pauseSeconds = 5;

/**
 * Looks at the market once for an order that executes, and books what it fills. After its time what is left is given up:
 * what was filled stays filled. Safe to repeat: a fill is written once, with the position and the money it makes.
 */
export async function fillOrder(services: DeskServices, { orderId }: { orderId: string }): Promise<Worked> {
  const order = await decideAnew(services, () => fillOnce(services, orderId));
  return worked(order);
}

function worked({ order_id, status, filled_quantity }: Order): Worked {
  const done = isTerminal(status);
  return { orderId: order_id, status, filled: filled_quantity, done, waitSeconds: done ? 0 : pauseSeconds };
}

/** Undefined where another write came between. */
async function fillOnce(services: DeskServices, orderId: string): Promise<Order | undefined> {
  const [order, moment] = await Promise.all([readOrder(services, orderId), readMoment(services)]);
  if (order.status !== "executing" && order.status !== "partially_filled") return order;
  const legs = legsOf(order);
  const position = positionOf(order, legs, await readOpenPositions(services));
  if (order.position_id !== null && !position) return giveUp(services, order, "its position is closed already");
  const ticket = ticketOf(order, legs, position);
  const fill = await askBroker(services, ticket, moment);
  if (fill) return bookOrderFill(services, order, position ?? null, { ...fill, part: null, ticket }, moment);
  return isOutOfTime(order, services, moment) ? giveUp(services, order, "unfilled within its time") : order;
}

/** What the market fills of a ticket now, on paper; null while it is closed. */
async function askBroker(services: DeskServices, ticket: Ticket, moment: MarketMoment): Promise<PaperFill | null> {
  const { marketTime, settings } = moment;
  if (!(await isMarketOpen(services, marketTime, services.log))) return null;
  const instruments = ticket.legs.map(({ symbol }) => symbol);
  return paperFill(ticket, await livePrices(services, instruments, marketTime), settings);
}

/** What is left of an order; of one that closes a position no more than is left of that. */
function ticketOf(order: Order, legs: readonly Leg[], position: DeskPosition | undefined): Ticket {
  const left = order.quantity - order.filled_quantity;
  const most = order.position_id === null ? left : Math.abs(position?.quantity ?? 0);
  return {
    legs,
    left: Math.min(left, most),
    limit_price: order.limit_price,
    isCredit: takesMoneyIn(order, legs),
    isFirst: order.fills.length === 0,
  };
}

/** A single instrument says so by its side, a combination by what it was worth when it was checked. */
function takesMoneyIn({ reference_price }: Order, legs: readonly Leg[]): boolean {
  const [only, ...others] = legs;
  return only && others.length === 0 ? only.side === "sell" : (reference_price ?? 0) < 0;
}

/** Writes a fill, what it makes of the position that is traded in, and the money it moves: all or nothing. */
async function bookOrderFill(
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

function isOutOfTime({ transitions }: Order, { clock }: DeskServices, { settings }: MarketMoment): boolean {
  const began = transitions.find(({ to }) => to === "executing")?.at ?? "";
  return clock.now().getTime() - Date.parse(began) >= settings.order_fill_seconds * 1_000;
}

async function giveUp(services: DeskServices, order: Order, reason: string): Promise<Order | undefined> {
  const cancelled = moved(order, "cancelled", {
    ...{ at: iso(services.clock.now()), reason, changes: { error_message: reason } },
  });
  return (await saveOrder(services, order, cancelled)).applied ? cancelled : undefined;
}
