import { AppError } from "../../runtime/errors.ts";
import { type Action, put, update } from "../../store/actions.ts";
import { type CounterChanges, counterActions } from "../../store/counters.ts";
import { type Report, transactReporting } from "../../store/events.ts";
import { ifAbsent, ifBelow, ifUnchanged } from "../../store/expressions.ts";
import type { Keys } from "../../store/keys.ts";
import type { TransactionOutcome } from "../../store/table.ts";
import type { DeskServices } from "../services.ts";
import { type Order, orderSchema } from "./record.ts";
import { alertOf, reportOf } from "./reports.ts";
import { isWaiting, placeOf } from "./transitions.ts";

export type OrderWriting = Pick<DeskServices, "store" | "clock" | "sleep" | "ids">;

/** What a transaction with a new order is refused as. */
export const refusedNew = { full: "queue full", known: "client order known" } as const;

export async function findOrder({ store }: Pick<DeskServices, "store">, id: string): Promise<Order | undefined> {
  return store.get(store.keys.order(id), orderSchema);
}

/** Throws `NOT_FOUND`. */
export async function readOrder(services: Pick<DeskServices, "store">, id: string): Promise<Order> {
  const order = await findOrder(services, id);
  if (order) return order;
  throw new AppError("NotFound", "NOT_FOUND", "There is no such order.");
}

/** What happens with an order or not at all. */
interface More {
  actions?: readonly Action[];
  reports?: readonly Report[];
}

/**
 * Stores new orders, their places in the queue and the events that tell of them, with `more` all or nothing. Refused as
 * `refusedNew` says, or as `more` does.
 */
export function createOrders(
  services: OrderWriting,
  orders: readonly Order[],
  capacity: number,
  more: More = {},
): Promise<TransactionOutcome> {
  const { keys } = services.store;
  const count = orders.length;
  return transactReporting(
    services,
    [
      ...orders.flatMap((order) => [putOrder(keys, order, ifAbsent()), ...clientOrder(keys, order)]),
      update(
        keys.waitingOrders(),
        { add: { waiting: count } },
        ifBelow("waiting", capacity - count + 1, refusedNew.full),
      ),
      ...counterActions(keys, orders.map(listCounts)),
      ...(more.actions ?? []),
    ],
    [...orders.map(reportOf), ...(more.reports ?? [])],
  );
}

function clientOrder(keys: Keys, { client_order_id, order_id }: Order): Action[] {
  return client_order_id === null
    ? []
    : [put({ ...keys.clientOrder(client_order_id), order_id }, ifAbsent(refusedNew.known))];
}

/**
 * Stores what an order has become, if nobody else changed it since `before` was read, with the event that tells of a move.
 * `more` happens with it or not at all.
 */
export function saveOrder(
  services: OrderWriting,
  before: Order,
  after: Order,
  more: More = {},
): Promise<TransactionOutcome> {
  const { keys } = services.store;
  const isLeaving = isWaiting(before.status) && !isWaiting(after.status);
  const hasMoved = after.transitions.length > before.transitions.length;
  return transactReporting(
    services,
    [
      putOrder(keys, after, ifUnchanged("version", before.version)),
      ...(isLeaving ? [update(keys.waitingOrders(), { add: { waiting: -1 } })] : []),
      ...counterActions(keys, [statusCounts(before, -1), statusCounts(after, 1)]),
      ...(more.actions ?? []),
    ],
    [...(hasMoved ? [reportOf(after), ...alertOf(after)] : []), ...(more.reports ?? [])],
  );
}

function putOrder(keys: Keys, order: Order, condition: ReturnType<typeof ifAbsent>): Action {
  const place = keys.orderIndex({ ...order, place: placeOf(order) });
  return put({ ...keys.order(order.order_id), ...place, ...order }, condition);
}

function listCounts(order: Order): CounterChanges {
  return {
    ORDERS: 1,
    [`ORDERS#symbol=${order.symbol}`]: 1,
    [`ORDERS#execution_type=${order.execution_type}`]: 1,
    ...statusCounts(order, 1),
  };
}

function statusCounts({ status }: Order, change: number): CounterChanges {
  return { [`ORDERS#status=${status}`]: change };
}
