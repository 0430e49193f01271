import { inOrder } from "../../lib/analysis/signals/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMeta, pageMetaSchema, pageQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";
import { listSignalResults, portfolioSignalFilters, signalListSchema } from "../../lib/trading/openings/list.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/signals",
    summary: "List the signals",
    description:
      "By date, then confidence, both descending. With `portfolio_id` only the signals that portfolio trades on, and what each came to there.",
    tag: "Signals",
    query: inOrder(pageQuery(portfolioSignalFilters)),
    response: signalListSchema,
    meta: pageMetaSchema,
  },
  loadServices,
  async ({ query, apiKeyId }, services) => {
    const page = await listSignalResults(services, { ...query, apiKeyId });
    return { data: page.items, meta: pageMeta(page, query) };
  },
);
