import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { readSystemStatus, systemStatusSchema } from "../../lib/system/status.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/status",
    summary: "The state of the whole system",
    description: "The active run, the open positions, and whether emergence can be told yet.",
    tag: "System",
    response: systemStatusSchema,
  },
  loadServices,
  async (_request, services) => ({ data: await readSystemStatus(services) }),
);
