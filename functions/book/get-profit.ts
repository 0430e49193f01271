import * as z from "zod";
import { profitSchema } from "../../lib/desk/positions/profit.ts";
import { readProfit } from "../../lib/desk/positions/read-profit.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/pnl",
    summary: "Get profit and loss",
    description:
      "Since the opening of the day, the week and the month, and in all. Of paper, after trading costs, since the last value before.",
    tag: "Desk",
    query: z.strictObject({ book: z.enum(["desk", "paper"]).default("desk") }),
    response: profitSchema,
  },
  loadServices,
  async ({ query }, services) => ({ data: await readProfit(services, query.book) }),
);
