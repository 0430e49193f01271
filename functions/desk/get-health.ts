import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { healthSchema, readHealth } from "../../lib/system/health.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/health",
    summary: "What works and what does not",
    description: "Answers even where the table does not.",
    tag: "Health",
    response: healthSchema,
    open: true,
  },
  loadServices,
  async (_request, services) => ({ data: await readHealth(services) }),
);
