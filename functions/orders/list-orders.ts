import { listOrders, orderFilters, orderListSchema } from "../../lib/desk/orders/list.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { pageQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/orders",
    summary: "List the orders",
    description: "The newest first.",
    tag: "Orders",
    query: pageQuery(orderFilters, { most: 1000, initial: 100 }),
    response: orderListSchema,
  },
  loadServices,
  async ({ query: { limit, offset, cursor, ...filters }, apiKeyId }, services) => ({
    data: await listOrders(services, filters, { limit, offset, cursor, apiKeyId }),
  }),
);
