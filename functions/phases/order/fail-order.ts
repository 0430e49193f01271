import { failByError, failInputSchema } from "../../../lib/desk/execution/fail-order.ts";
import { orderStep } from "../../../lib/desk/execution/step.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = orderStep(failInputSchema, loadServices, async (services, input) => ({
  orderId: input.orderId,
  ended: await failByError(services, input),
}));
