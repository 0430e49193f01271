import * as z from "zod";
import { iso } from "../../runtime/dates.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { tripBreaker } from "../breaker/trip.ts";
import { findOrder, saveOrder } from "../orders/stored.ts";
import { isLegal, moved } from "../orders/transitions.ts";
import type { DeskServices } from "../services.ts";

export const failInputSchema = z.object({
  orderId: z.string(),
  error: z.looseObject({ Error: z.string().optional() }),
});

/**
 * What fails for a while, whatever the engine does: the store, the broker, a function that took too long. Anything else that
 * ends an order is a fault of the engine itself.
 */
const outages: readonly string[] = ["StoreUnavailable", "BrokerUnavailable", "BrokerRefused", "NotReady"];
const ofTheService = /^(Lambda|States|Sandbox|Runtime)\./;

/**
 * Ends an order with the error that its execution was ended by. A fault of the engine halts trading first (`system_error`):
 * who does not understand why a fill failed must not make the next one. An outage does not, because it fails its orders and
 * does them no wrong.
 */
export async function failByError(
  services: DeskServices,
  { orderId, error: { Error: name = "unknown" } }: z.infer<typeof failInputSchema>,
): Promise<"failed" | "over"> {
  const problem = `The engine could not finish it: ${name}.`;
  if (!outages.includes(name) && !ofTheService.test(name)) {
    await tripBreaker(services, { reason: "system_error", detail: `Order ${orderId}: ${name}.` });
  }
  return failOrder(services, orderId, problem);
}

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
