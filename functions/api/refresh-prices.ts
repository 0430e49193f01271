import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams, noBody } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { refreshedSchema, refreshPrices } from "../../lib/trading/positions/refresh-prices.ts";

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
    response: refreshedSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await refreshPrices(services, params.id) }),
);
