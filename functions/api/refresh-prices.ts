import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { portfolioViewSchema } from "../../lib/trading/portfolio-views.ts";
import { positionViewSchema } from "../../lib/trading/position-views.ts";
import { refreshPrices } from "../../lib/trading/refresh-prices.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/portfolios/{id}/refresh-prices",
    summary: "Fetch live prices of a portfolio's open positions and value it; no exit follows.",
    params: idParams,
    body: z.strictObject({}),
    response: z.object({
      portfolio: portfolioViewSchema,
      positions: positionViewSchema.array(),
      failed: z.string().array(),
    }),
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await refreshPrices(services, params.id) }),
);
