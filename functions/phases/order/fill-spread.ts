import { orderInputSchema } from "../../../lib/desk/execution/fill-order.ts";
import { fillSpread } from "../../../lib/desk/execution/fill-spread.ts";
import { orderStep } from "../../../lib/desk/execution/step.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = orderStep(orderInputSchema, loadServices, fillSpread);
