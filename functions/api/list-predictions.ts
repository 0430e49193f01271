import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMeta, pageMetaSchema, pageQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";
import { predictionFilters } from "../../lib/trading/predictions/filters.ts";
import { listPredictions } from "../../lib/trading/predictions/list.ts";
import { predictionViewSchema } from "../../lib/trading/predictions/view.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/predictions",
    summary: "List the predictions of comments",
    description: "The latest first.",
    tag: "Predictions",
    query: pageQuery(predictionFilters),
    response: predictionViewSchema.array(),
    meta: pageMetaSchema,
  },
  loadServices,
  async ({ query, apiKeyId }, services) => {
    const { limit, offset, cursor, ...filters } = query;
    const page = await listPredictions(services, filters, { limit, offset, cursor, apiKeyId });
    return { data: page.items, meta: pageMeta(page, query) };
  },
);
