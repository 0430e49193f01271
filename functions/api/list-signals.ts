import * as z from "zod";
import { listSignals } from "../../lib/analysis/signal-lists.ts";
import { datesInOrder, signalFilters, signalListSchema, toFilters } from "../../lib/analysis/signal-views.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMeta, pageMetaSchema, pageQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";
import { withPositions } from "../../lib/trading/signal-positions.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/signals",
    summary: "List the signals",
    description:
      "By date, then confidence, both descending. With `portfolio_id` only the signals that portfolio trades on, and what each came to there.",
    tag: "Signals",
    query: z
      .strictObject({ ...pageQuery, ...signalFilters })
      .refine(datesInOrder, { path: ["date_from"], message: "must not be after date_to" }),
    response: signalListSchema,
    meta: pageMetaSchema,
  },
  loadServices,
  async ({ query, apiKeyId }, services) => {
    const page = await listSignals(services, toFilters(query), { ...query, apiKeyId });
    return { data: await withPositions(services, page.items, query.portfolio_id), meta: pageMeta(page, query) };
  },
);
