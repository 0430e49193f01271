import { approvalRequestSchema, approveOrder } from "../../lib/desk/execution/decide-approval.ts";
import { orderViewSchema } from "../../lib/desk/orders/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/orders/{id}/approve",
    summary: "Approve an order that waits for it",
    description: "It goes on into the queue, unless its price has moved on by more than `order_approval_drift_pct`.",
    tag: "Orders",
    params: idParams,
    body: approvalRequestSchema,
    response: orderViewSchema,
    errors: ["NOT_FOUND", "ORDER_NOT_WAITING", "PRICE_DRIFTED", "PRICE_UNAVAILABLE"],
  },
  loadServices,
  async ({ params, body: { approved_by: by, accept_drift: acceptDrift }, apiKeyId }, services) => ({
    data: await approveOrder(services, params.id, { by, apiKeyId, acceptDrift }),
  }),
);
