import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { readSystem, systemSchema } from "../../lib/system/system.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/system",
    summary: "What runs, and who is connected",
    description: "The engine is connected where it has made a pass within the last two minutes.",
    tag: "Health",
    response: systemSchema,
  },
  loadServices,
  async (_request, services) => ({ data: await readSystem(services) }),
);
