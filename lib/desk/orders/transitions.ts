import { round } from "../../runtime/money.ts";
import { type Order, type OrderFill, type OrderStatus, priorities } from "./record.ts";

/** Where an order may go from where it is (spec orders 3.6), and by an approval (issue 10). */
const legal: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ["validating", "cancelled"],
  validating: ["queued", "awaiting_approval", "rejected"],
  awaiting_approval: ["queued", "cancelled"],
  queued: ["executing", "cancelled", "rejected"],
  executing: ["partially_filled", "filled", "rejected", "cancelled", "failed"],
  partially_filled: ["partially_filled", "filled", "cancelled", "failed"],
  filled: [],
  cancelled: [],
  rejected: [],
  failed: [],
};

export function isLegal(from: OrderStatus, to: OrderStatus): boolean {
  return legal[from].includes(to);
}

export function isTerminal(status: OrderStatus): boolean {
  return legal[status].length === 0;
}

const waiting: readonly OrderStatus[] = ["pending", "validating", "awaiting_approval", "queued"];

/** Whether it counts against the queue's capacity: it does nothing yet. */
export function isWaiting(status: OrderStatus): boolean {
  return waiting.includes(status);
}

/** What a person may still call back. */
export function isCancellable(status: OrderStatus): boolean {
  return isWaiting(status) && isLegal(status, "cancelled");
}

interface Move {
  at: string;
  reason?: string | null;
  changes?: Partial<Order>;
}

/** The order after a move. Throws where there is no such move: whoever moves an order has looked where it is. */
export function moved(order: Order, to: OrderStatus, { at, reason = null, changes = {} }: Move): Order {
  if (!isLegal(order.status, to)) throw new Error(`an order does not go from ${order.status} to ${to}`);
  return {
    ...order,
    ...changes,
    status: to,
    updated_at: at,
    ...(to === "filled" && { filled_at: at }),
    version: order.version + 1,
    transitions: [...order.transitions, { from: order.status, to, at, reason }],
  };
}

/**
 * The order after a fill. Throws where it would be more than was asked for: a broker that says so is not believed. Of a
 * two-part spread the credit part completes what the debit part began, and only the two make its price.
 */
export function filled(order: Order, fill: OrderFill): Order {
  const fills = [...order.fills, fill];
  const isSecondPart = fill.part === "credit";
  const filled_quantity = isSecondPart ? order.filled_quantity : order.filled_quantity + fill.quantity;
  if (filled_quantity > order.quantity) throw new Error("a fill would exceed the order's quantity");
  const isWhole = filled_quantity === order.quantity && fill.part !== "debit";
  return moved(order, isWhole ? "filled" : "partially_filled", {
    at: fill.at,
    changes: { fills, filled_quantity, fill_price: averagePrice(fills) },
  });
}

/** Quantity-weighted over all fills, dollars per share; of a two-part spread what the debit cost more than the credit brought. */
function averagePrice(fills: readonly OrderFill[]): number {
  const average = (some: readonly OrderFill[]) => {
    const quantity = some.reduce((sum, fill) => sum + fill.quantity, 0);
    return quantity === 0 ? 0 : some.reduce((sum, fill) => sum + fill.price * fill.quantity, 0) / quantity;
  };
  const [credits, others] = [
    fills.filter(({ part }) => part === "credit"),
    fills.filter(({ part }) => part !== "credit"),
  ];
  return round(average(others) - average(credits), 4);
}

/**
 * The place among the orders that are not over: rank, then time, then id, so that of equals the first is taken first. What
 * executes stands behind all that waits.
 */
export function placeOf(order: Pick<Order, "status" | "priority" | "created_at" | "order_id">): string | null {
  if (isTerminal(order.status)) return null;
  const rank = isWaiting(order.status) ? priorities.indexOf(order.priority) : 9;
  return `${rank}#${order.created_at}#${order.order_id}`;
}
