import { listSignals } from "../../lib/analysis/signals/list.ts";
import { datesInOrder } from "../../lib/analysis/signals/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMeta, pageMetaSchema, pageQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";
import {
  portfolioSignalFilters,
  signalListSchema,
  toSignalFilters,
  withPositions,
} from "../../lib/trading/openings/signal-results.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/signals",
    summary: "List the signals",
    description:
      "By date, then confidence, both descending. With `portfolio_id` only the signals that portfolio trades on, and what each came to there.",
    tag: "Signals",
    query: pageQuery(portfolioSignalFilters).refine(datesInOrder, {
      path: ["date_from"],
      message: "must not be after date_to",
    }),
    response: signalListSchema,
    meta: pageMetaSchema,
  },
  loadServices,
  async ({ query, apiKeyId }, services) => {
    const page = await listSignals(services, toSignalFilters(query), { ...query, apiKeyId });
    return { data: await withPositions(services, page.items, query.portfolio_id), meta: pageMeta(page, query) };
  },
);
