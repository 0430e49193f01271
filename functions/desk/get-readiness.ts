import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { refuseUnlessReady } from "../../lib/system/health.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/health/ready",
    summary: "Requests can be served",
    description: "The table answers.",
    tag: "Health",
    response: z.object({ status: z.literal("ready") }),
    errors: ["NOT_READY"],
    open: true,
    raw: "application/json",
  },
  loadServices,
  async (_request, services) => {
    await refuseUnlessReady(services);
    return { data: { status: "ready" } };
  },
);
