import * as z from "zod";
import { iso } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import type { DeskServices } from "../services.ts";
import type { Order, OrderStatus } from "./record.ts";
import { readOrder, saveOrder } from "./stored.ts";
import { isCancellable, moved } from "./transitions.ts";

export const cancelledSchema = z
  .object({ message: z.literal("Order cancelled"), order_id: z.string() })
  .meta({ id: "CancelledOrder" });

type CancelServices = Pick<DeskServices, "store" | "clock" | "sleep" | "ids" | "log">;

/** An order is looked at only for a moment before it goes on; it may be waited for so long, in steps. */
const patienceSteps = 10;
const stepMs = 100;

/**
 * Calls back an order that does nothing yet (spec orders 4). Of a cancel and the dispatcher exactly one wins: both write on
 * the condition that the order is as they read it. Throws `NOT_FOUND`, `ORDER_NOT_CANCELLABLE`.
 */
export async function cancelOrder(services: CancelServices, id: string): Promise<z.infer<typeof cancelledSchema>> {
  await decideAnew(services, async () => {
    const order = await settled(services, id);
    if (!isCancellable(order.status)) throw notCancellable(order.status);
    const after = moved(order, "cancelled", {
      at: iso(services.clock.now()),
      reason: "cancelled by the operator",
      changes: { error_message: "cancelled by the operator" },
    });
    const written = await saveOrder(services, order, after);
    return written.applied || undefined;
  });
  services.log.info("order cancelled", { orderId: id });
  return { message: "Order cancelled", order_id: id };
}

/** The order, once nobody is looking at it, or as it is after a second. */
async function settled(services: CancelServices, id: string): Promise<Order> {
  let order = await readOrder(services, id);
  for (let step = 0; order.status === "validating" && step < patienceSteps; step++) {
    await services.sleep(stepMs);
    order = await readOrder(services, id);
  }
  return order;
}

function notCancellable(status: OrderStatus): AppError {
  return new AppError("Conflict", "ORDER_NOT_CANCELLABLE", `Cannot cancel order in status: ${status}`);
}
