import { orderStatistics, orderStatisticsSchema } from "../../lib/desk/orders/list.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/orders/statistics",
    summary: "Count the orders by what became of them",
    description: "All orders there ever were.",
    tag: "Orders",
    response: orderStatisticsSchema,
  },
  loadServices,
  async (_request, services) => ({ data: await orderStatistics(services) }),
);
