import * as z from "zod";
import { countWaiting } from "../../lib/desk/orders/list.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/orders/pending/count",
    summary: "Count the orders that wait",
    description: "Those that do nothing yet: pending, validating, awaiting approval or queued.",
    tag: "Orders",
    response: z.object({ pending_count: z.number().int() }).meta({ id: "PendingCount" }),
  },
  loadServices,
  async (_request, services) => ({ data: { pending_count: await countWaiting(services) } }),
);
