import { failInputSchema, failOrder } from "../../../lib/desk/execution/fail-order.ts";
import { orderStep } from "../../../lib/desk/execution/step.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = orderStep(failInputSchema, loadServices, async (services, { orderId, error }) => ({
  orderId,
  ended: await failOrder(services, orderId, `The engine could not finish it: ${error.Error ?? "unknown"}.`),
}));
