import * as z from "zod";
import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { round } from "../../runtime/money.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import type { Report } from "../../store/events.ts";
import { type Leg, reversed } from "../orders/legs.ts";
import type { Order } from "../orders/record.ts";
import { readOrder, saveOrder } from "../orders/stored.ts";
import { readOpenPositions } from "../positions/stored.ts";
import type { DeskServices } from "../services.ts";
import { bookOrderFill, fillNow, giveUp } from "./book-order.ts";
import { type Worked, worked } from "./fill-order.ts";
import { positionOf } from "./instruments.ts";
import { netPrice, type PaperFill, type Ticket } from "./paper.ts";
import { livePrices, type Prices } from "./prices.ts";

/** How a client may set the two limits: how far from the bid to the ask they lie. */
const configSchema = z.object({
  debit_factor: z.number().min(0).max(1).default(0.35).catch(0.35),
  credit_factor: z.number().min(0).max(1).default(0.65).catch(0.65),
});

const mostAttempts = 10;
/** How long an attempt stands in the market before it is withdrawn. */
const attemptMs = 2_500;
/** Before the next one, by chance, lest it be foreseen. */
const [leastPause, mostPause] = [3, 15];

/** Where a two-part spread stands, in the order's `execution_details`. */
const stateSchema = z.object({
  phase: z.enum(["debit_pending", "credit_pending", "complete", "failed"]).default("debit_pending"),
  attempts: z.number().int().default(0),
});
type State = z.infer<typeof stateSchema>;

/**
 * One attempt at the part of a two-part spread whose turn it is (spec orders 3.8): the debit part first, and the credit part
 * only once that is filled. Each part is filled whole or not at all, at a limit between its bid and its ask; the credit has to
 * bring what the debit cost. On paper nothing is filled inside of what is quoted: a limit is met when the market comes to it.
 */
export async function fillSpread(services: DeskServices, { orderId }: { orderId: string }): Promise<Worked> {
  const order = await decideAnew(services, () => attempt(services, orderId));
  const pause = leastPause + Math.floor(services.ids.random() * (mostPause - leastPause + 1));
  return worked(order, pause);
}

/** Undefined where another write came between. */
async function attempt(services: DeskServices, orderId: string): Promise<Order | undefined> {
  const [order, moment] = await Promise.all([readOrder(services, orderId), readMoment(services)]);
  if (order.status !== "executing" && order.status !== "partially_filled") return order;
  const state = stateSchema.parse(order.execution_details);
  if (state.attempts >= mostAttempts) return endUnfilled(services, order, state);
  const part = state.phase === "debit_pending" ? "debit" : "credit";
  const legs = legsOfPart(order, part);
  const fill = await tryPart(services, order, legs, part, moment);
  if (!fill) return counted(services, order, { ...state, attempts: state.attempts + 1 });
  const next: State = part === "debit" ? { phase: "credit_pending", attempts: 0 } : { phase: "complete", attempts: 0 };
  const position = positionOf(order, legs, await readOpenPositions(services)) ?? null;
  const known = { ...order, execution_details: { ...order.execution_details, ...next } };
  return bookOrderFill(services, known, position, { ...fill, part }, moment);
}

function legsOfPart({ legs }: Order, part: "debit" | "credit"): Leg[] {
  const all = legs ?? [];
  return part === "debit" ? all.slice(0, all.length / 2) : all.slice(all.length / 2);
}

/** The part as the market fills it now, or by the time the attempt is withdrawn. */
async function tryPart(
  services: DeskServices,
  order: Order,
  legs: readonly Leg[],
  part: "debit" | "credit",
  moment: MarketMoment,
): Promise<(PaperFill & { ticket: Ticket }) | null> {
  const instruments = legs.map(({ symbol }) => symbol);
  const limit = limitOf(order, legs, part, await livePrices(services, instruments, moment.marketTime));
  if (limit === null) return null;
  const ticket: Ticket = {
    ...{ legs, left: order.quantity, limit_price: limit, isCredit: part === "credit", isFirst: part === "debit" },
  };
  for (const waitMs of [0, attemptMs]) {
    await services.sleep(waitMs);
    const fill = await fillNow(services, ticket, moment);
    if (fill?.quantity === order.quantity) return { ...fill, ticket };
  }
  return null;
}

/** Dollars per share: what the debit may cost, or what the credit has to bring. Null where a side is not quoted. */
function limitOf(order: Order, legs: readonly Leg[], part: "debit" | "credit", prices: Prices): number | null {
  const ask = tradedAt(legs, prices);
  const back = tradedAt(reversed(legs), prices);
  if (ask === null || back === null) return null;
  const config = configSchema.parse(JSON.parse(order.two_part_config ?? "{}"));
  const bid = -back;
  if (part === "debit") return round(bid + config.debit_factor * (ask - bid), 4);
  // Sold, the part brings what is bid: less than what it is asked for.
  const [brought, asked] = [-ask, -bid];
  const paid = order.fills.find((fill) => fill.part === "debit")?.price ?? 0;
  return Math.max(round(brought + config.credit_factor * (asked - brought), 4), paid);
}

/** What the legs cost at the prices that they would be traded at now; negative where they bring money. */
function tradedAt(legs: readonly Leg[], prices: Prices): number | null {
  const sides = legs.map(({ symbol, side }) => prices.get(symbol)?.[side === "buy" ? "ask" : "bid"] ?? null);
  const known = sides.filter((price) => price !== null);
  return known.length === sides.length ? netPrice(legs, known) : null;
}

async function counted(services: DeskServices, order: Order, state: State): Promise<Order | undefined> {
  const after = { ...order, execution_details: { ...order.execution_details, ...state }, version: order.version + 1 };
  return (await saveOrder(services, order, after)).applied ? after : undefined;
}

/** What is filled stays filled; a debit without its credit is said aloud. */
function endUnfilled(services: DeskServices, order: Order, { phase }: State): Promise<Order | undefined> {
  const part = phase === "debit_pending" ? "debit" : "credit";
  const reason = `the ${part} part was not filled in ${mostAttempts} attempts`;
  const message = `${order.symbol}: the credit part was given up; the debit part is held alone.`;
  const alert: Report = {
    ...{ channel: "alerts", type: "alert", subject_id: order.order_id },
    data: { level: "warning", message, source: "orders" },
  };
  const ended = { ...order, execution_details: { ...order.execution_details, phase: "failed" } };
  return giveUp(services, ended, reason, part === "credit" ? [alert] : []);
}
