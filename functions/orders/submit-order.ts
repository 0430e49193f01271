import { orderRequestSchema } from "../../lib/desk/orders/request.ts";
import { submitOrder, submittedSchema } from "../../lib/desk/orders/submit-order.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/orders",
    summary: "Submit an order",
    description: "It is accepted into the queue, checked and filled later. A `limit_price` makes it a limit order.",
    tag: "Orders",
    body: orderRequestSchema,
    idempotent: "submit-order",
    status: 201,
    response: submittedSchema,
    errors: ["QUEUE_FULL", "ORDER_EXISTS"],
  },
  loadServices,
  async ({ repeatable: request }, services) => ({ data: await submitOrder(services, { request, origin: "manual" }) }),
);
