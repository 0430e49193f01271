import { readOrder } from "../../lib/desk/orders/stored.ts";
import { orderViewSchema, toOrderView } from "../../lib/desk/orders/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/orders/{id}",
    summary: "Get one order",
    description: "With what was checked, every move it made, and its fills.",
    tag: "Orders",
    params: idParams,
    response: orderViewSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: toOrderView(await readOrder(services, params.id)) }),
);
