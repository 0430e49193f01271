import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMeta, pageMetaSchema, pageQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";
import { positionFilters } from "../../lib/trading/positions/filters.ts";
import { listPositions } from "../../lib/trading/positions/list.ts";
import { positionViewSchema } from "../../lib/trading/positions/view.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/positions",
    summary: "List the paper positions",
    description: "The latest entries first, each with its exits.",
    tag: "Positions",
    query: pageQuery(positionFilters),
    response: positionViewSchema.array(),
    meta: pageMetaSchema,
  },
  loadServices,
  async ({ query, apiKeyId }, services) => {
    const { limit, offset, cursor, ...filters } = query;
    const page = await listPositions(services, filters, { limit, offset, cursor, apiKeyId });
    return { data: page.items, meta: pageMeta(page, query) };
  },
);
