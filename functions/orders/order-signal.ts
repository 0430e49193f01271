import { submittedSchema } from "../../lib/desk/orders/submit-order.ts";
import { orderSignal, signalOrderRequestSchema } from "../../lib/desk/signals/order-signal.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/signals/{id}/order",
    summary: "Make an order of a signal",
    description:
      "Of origin `autonomous`: shares of a bullish one, a spread of puts of a bearish one. A signal becomes one order.",
    tag: "Orders",
    params: idParams,
    body: signalOrderRequestSchema,
    idempotent: "order-signal",
    status: 201,
    response: submittedSchema,
    errors: ["NOT_FOUND", "ORDER_EXISTS", "PRICE_UNAVAILABLE", "QUEUE_FULL"],
  },
  loadServices,
  async ({ params, repeatable }, services) => ({ data: await orderSignal(services, params.id, repeatable) }),
);
