import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/health/live",
    summary: "The process answers",
    description: "Nothing else is touched.",
    tag: "Health",
    response: z.object({ status: z.literal("alive") }),
    open: true,
    raw: "application/json",
  },
  loadServices,
  async () => ({ data: { status: "alive" } }),
);
