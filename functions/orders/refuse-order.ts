import { refusalRequestSchema, refuseOrder } from "../../lib/desk/execution/decide-approval.ts";
import { orderViewSchema } from "../../lib/desk/orders/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/orders/{id}/refuse",
    summary: "Refuse an order that waits for approval",
    description: "It is cancelled, with who refused it and why.",
    tag: "Orders",
    params: idParams,
    body: refusalRequestSchema,
    response: orderViewSchema,
    errors: ["NOT_FOUND", "ORDER_NOT_WAITING"],
  },
  loadServices,
  async ({ params, body: { refused_by: by, reason }, apiKeyId }, services) => ({
    data: await refuseOrder(services, params.id, { by, apiKeyId, reason }),
  }),
);
