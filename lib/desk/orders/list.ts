import * as z from "zod";
import { filteredList } from "../../store/filtered-list.ts";
import { type PageRequest, readPage } from "../../store/lists.ts";
import { countedPageFields, countsOf } from "../counted-page.ts";
import type { DeskServices } from "../services.ts";
import { executionTypeSchema, type OrderStatus, orderSchema, orderStatuses, orderStatusSchema } from "./record.ts";
import { symbolSchema } from "./request.ts";
import { findOrder } from "./stored.ts";
import { orderViewSchema, toOrderView } from "./view.ts";

/** The filters of `GET /api/v1/orders`. */
export const orderFilters = {
  status: orderStatusSchema.optional(),
  symbol: symbolSchema.optional(),
  execution_type: executionTypeSchema.optional(),
  client_order_id: z.string().max(64).optional().describe("The one order with this id; other filters do not count."),
};
type OrderFilters = z.infer<z.ZodObject<typeof orderFilters>>;

export const orderListSchema = z
  .object({
    orders: orderViewSchema.array(),
    ...countedPageFields,
  })
  .meta({ id: "OrderList" });
type OrderList = z.infer<typeof orderListSchema>;

/** Orders, newest first, with any combination of filters. */
export async function listOrders(
  services: Pick<DeskServices, "store">,
  { client_order_id, ...filters }: OrderFilters,
  page: PageRequest,
): Promise<OrderList> {
  if (client_order_id !== undefined) return theOne(services, client_order_id);
  const { store } = services;
  const { status = "pending", symbol = "" } = filters;
  const place = store.keys.orderIndex({ order_id: "", symbol, status, place: null });
  const list = filteredList(
    "ORDERS",
    filters,
    [
      { filter: "symbol", index: "gsi2", pk: place.gsi2pk },
      { filter: "status", index: "gsi3", pk: place.gsi3pk },
    ],
    { index: "gsi1", pk: place.gsi1pk },
  );
  const found = await readPage(store, list, page, orderSchema);
  return { orders: found.items.map(toOrderView), ...countsOf(found) };
}

const namedSchema = z.object({ order_id: z.string() });

async function theOne(services: Pick<DeskServices, "store">, clientOrderId: string): Promise<OrderList> {
  const { store } = services;
  const named = await store.get(store.keys.clientOrder(clientOrderId), namedSchema);
  const order = named && (await findOrder(services, named.order_id));
  const orders = order ? [toOrderView(order)] : [];
  return { orders, count: orders.length, total: orders.length, next_cursor: null };
}

const waitingSchema = z.object({ waiting: z.number().int() });

/** How many orders do nothing yet. A counter is read: to count must not take anything out of the queue. */
export async function countWaiting({ store }: Pick<DeskServices, "store">): Promise<number> {
  return (await store.get(store.keys.waitingOrders(), waitingSchema))?.waiting ?? 0;
}

/** A value for each status, in their order. */
function byStatus<T>(of: (status: OrderStatus) => T): Record<OrderStatus, T> {
  return Object.fromEntries(orderStatuses.map((status) => [status, of(status)])) as Record<OrderStatus, T>;
}

export const orderStatisticsSchema = z
  .object({
    total_submitted: z.number().int(),
    total_filled: z.number().int(),
    total_rejected: z.number().int(),
    total_cancelled: z.number().int(),
    queue_size: z.number().int().describe("Orders that do nothing yet."),
    total_orders: z.number().int(),
    by_status: z.object(byStatus(() => z.number().int())),
  })
  .meta({ id: "OrderStatistics" });

const totalSchema = z.object({ total: z.number().int() });

export async function orderStatistics(
  services: Pick<DeskServices, "store">,
): Promise<z.infer<typeof orderStatisticsSchema>> {
  const { store } = services;
  const countOf = async (list: string) => (await store.get(store.keys.counter(list), totalSchema))?.total ?? 0;
  const counts = await Promise.all(orderStatuses.map((status) => countOf(`ORDERS#status=${status}`)));
  const by_status = byStatus((status) => counts[orderStatuses.indexOf(status)] ?? 0);
  const [total, queue_size] = await Promise.all([countOf("ORDERS"), countWaiting(services)]);
  return {
    total_submitted: total,
    total_filled: by_status.filled,
    total_rejected: by_status.rejected,
    total_cancelled: by_status.cancelled,
    queue_size,
    total_orders: total,
    by_status,
  };
}
