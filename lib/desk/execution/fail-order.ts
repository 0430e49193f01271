import * as z from "zod";
import { iso } from "../../runtime/dates.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { findOrder, saveOrder } from "../orders/stored.ts";
import { isLegal, moved } from "../orders/transitions.ts";
import type { DeskServices } from "../services.ts";

export const failInputSchema = z.object({
  orderId: z.string(),
  error: z.looseObject({ Error: z.string().optional() }),
});

/** Ends an order that the engine could not finish; what was filled stays filled. One that is over is left as it is. */
export async function failOrder(
  services: Pick<DeskServices, "store" | "clock" | "sleep" | "ids" | "log">,
  orderId: string,
  reason: string,
): Promise<"failed" | "over"> {
  return decideAnew(services, async () => {
    const order = await findOrder(services, orderId);
    if (!order || !isLegal(order.status, "failed")) return "over";
    const failed = moved(order, "failed", {
      ...{ at: iso(services.clock.now()), reason, changes: { error_message: reason } },
    });
    if (!(await saveOrder(services, order, failed)).applied) return undefined;
    services.log.error("an order failed", { orderId, reason });
    return "failed";
  });
}
