import { decideAll, decisionsRequestSchema, decisionsSchema } from "../../lib/desk/execution/decide-approval.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/orders/approvals",
    summary: "Approve or refuse all orders that wait for it",
    description: "Each by itself; `left` says which were not decided on, such as those whose price has moved on.",
    tag: "Orders",
    body: decisionsRequestSchema,
    response: decisionsSchema,
  },
  loadServices,
  async ({ body, apiKeyId }, services) => ({ data: await decideAll(services, body, apiKeyId) }),
);
