import * as z from "zod";
import { bookSummarySchema, summarizePositions } from "../../lib/desk/positions/read-positions.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/positions/summary",
    summary: "Sum up the open positions",
    description: "Of the desk, or of the paper portfolios.",
    tag: "Desk",
    query: z.strictObject({ book: z.enum(["desk", "paper"]).default("desk") }),
    response: bookSummarySchema,
  },
  loadServices,
  async ({ query }, services) => ({ data: await summarizePositions(services, query.book) }),
);
