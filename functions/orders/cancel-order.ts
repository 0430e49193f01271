import { cancelledSchema, cancelOrder } from "../../lib/desk/orders/cancel-order.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "DELETE",
    path: "/api/v1/orders/{id}",
    summary: "Cancel an order",
    description: "One that does nothing yet. What executes is not called back.",
    tag: "Orders",
    params: idParams,
    response: cancelledSchema,
    errors: ["NOT_FOUND", "ORDER_NOT_CANCELLABLE"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await cancelOrder(services, params.id) }),
);
