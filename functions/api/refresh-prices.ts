import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams, noBody } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { portfolioViewSchema } from "../../lib/trading/positions/portfolio-view.ts";
import { refreshPrices } from "../../lib/trading/positions/refresh-prices.ts";
import { positionViewSchema } from "../../lib/trading/positions/view.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/portfolios/{id}/refresh-prices",
    summary: "Fetch live prices",
    description:
      "Asks the broker for the prices of the open positions and values the portfolio; no exit follows. `failed` names the tickers without a price.",
    tag: "Portfolios",
    params: idParams,
    body: noBody,
    response: z
      .object({
        portfolio: portfolioViewSchema,
        positions: positionViewSchema.array(),
        failed: z.string().array(),
      })
      .meta({ id: "RefreshedPortfolio" }),
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await refreshPrices(services, params.id) }),
);
