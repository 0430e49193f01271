import { endpoint } from "../../lib/http/endpoint.ts";
import { daysQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";
import { listCloses } from "../../lib/trading/market/closes.ts";
import { closeSchema, priceParams, pricesMetaSchema } from "../../lib/trading/market/closes-view.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/prices/{ticker}",
    summary: "List a ticker's daily closes",
    description: "The oldest first, all on the scale of `split_adjusted_to`. `^GSPC` is the S&P 500.",
    tag: "Prices",
    params: priceParams,
    query: daysQuery(90, 14),
    response: closeSchema.array(),
    meta: pricesMetaSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params, query }, services) => listCloses(services, { ...params, ...query }),
);
