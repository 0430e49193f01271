import { type Order, type OrderStatus, priorities } from "./record.ts";

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
 * The place among the orders that are not over: rank, then time, then id, so that of equals the first is taken first. What
 * executes stands behind all that waits.
 */
export function placeOf(order: Pick<Order, "status" | "priority" | "created_at" | "order_id">): string | null {
  if (isTerminal(order.status)) return null;
  const rank = isWaiting(order.status) ? priorities.indexOf(order.priority) : 9;
  return `${rank}#${order.created_at}#${order.order_id}`;
}
