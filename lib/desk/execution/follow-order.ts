import { iso } from "../../runtime/dates.ts";
import type { Order } from "../orders/record.ts";
import { findOrder, saveOrder } from "../orders/stored.ts";
import { isTerminal, moved } from "../orders/transitions.ts";
import type { DeskServices } from "../services.ts";

/**
 * A new order as it may be checked now: one that opens again what another closes waits for that one's end, and is then for
 * as many units as were closed. Where none were, it is cancelled. Undefined where there is nothing to check.
 */
export async function readyToCheck(services: DeskServices, order: Order): Promise<Order | undefined> {
  if (order.after_order_id === null || order.status !== "pending") return order;
  const first = await findOrder(services, order.after_order_id);
  if (first && !isTerminal(first.status)) return undefined;
  const closed = first?.filled_quantity ?? 0;
  if (closed > 0) return { ...order, quantity: Math.min(order.quantity, closed) };
  const reason = `nothing was closed that it could open again: the order before it ended ${first?.status}`;
  const cancelled = moved(order, "cancelled", {
    ...{ at: iso(services.clock.now()), reason, changes: { error_message: reason } },
  });
  await saveOrder(services, order, cancelled);
  return undefined;
}
