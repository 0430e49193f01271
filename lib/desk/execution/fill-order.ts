import * as z from "zod";
import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import type { Leg } from "../orders/legs.ts";
import type { Order } from "../orders/record.ts";
import { readOrder } from "../orders/stored.ts";
import { isTerminal } from "../orders/transitions.ts";
import type { DeskPosition } from "../positions/record.ts";
import { readOpenPositions } from "../positions/stored.ts";
import { heldAs, sameUnits } from "../positions/units.ts";
import type { DeskServices } from "../services.ts";
import { bookOrderFill, fillNow, giveUp, positionToTrade } from "./book-order.ts";
import { legsOf, positionOf } from "./instruments.ts";
import type { Ticket } from "./paper.ts";

export const orderInputSchema = z.object({ orderId: z.string() });

/** What a state tells the machine: whether the order is over, and how long to wait before it is looked at again. */
export interface Worked {
  orderId: string;
  type: Order["execution_type"];
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

/** `pause` is the seconds before the next look. */
export function worked({ order_id, status, filled_quantity, execution_type }: Order, pause = pauseSeconds): Worked {
  const done = isTerminal(status);
  const type = execution_type;
  return { orderId: order_id, type, status, filled: filled_quantity, done, waitSeconds: done ? 0 : pause };
}

/** Undefined where another write came between. */
async function fillOnce(services: DeskServices, orderId: string): Promise<Order | undefined> {
  const [order, moment] = await Promise.all([readOrder(services, orderId), readMoment(services)]);
  if (order.status !== "executing" && order.status !== "partially_filled") return order;
  const legs = legsOf(order);
  const held = positionOf(order, legs, await readOpenPositions(services));
  const problem = closingProblem(order, legs, held);
  if (problem) return giveUp(services, order, problem);
  const position = await positionToTrade(services, held, moment);
  const ticket = ticketOf(order, legs, position ?? undefined);
  const fill = position === undefined ? null : await fillNow(services, ticket, moment);
  if (fill && position !== undefined) {
    return bookOrderFill(services, order, position, { ...fill, part: null, ticket }, moment);
  }
  return isOutOfTime(order, services, moment) ? giveUp(services, order, "unfilled within its time") : order;
}

/** Why an order has nothing to close any more. */
function closingProblem(order: Order, legs: readonly Leg[], held: DeskPosition | undefined): string | undefined {
  if (order.position_id === null) return undefined;
  if (!held) return "its position is closed already";
  const isSame = sameUnits(held.legs, heldAs(legs, 1).legs) !== 0;
  return isSame ? undefined : "its position was split since, and holds other contracts";
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

function isOutOfTime({ transitions }: Order, { clock }: DeskServices, { settings }: MarketMoment): boolean {
  const began = transitions.find(({ to }) => to === "executing")?.at ?? "";
  return clock.now().getTime() - Date.parse(began) >= settings.order_fill_seconds * 1_000;
}
