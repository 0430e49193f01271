import * as z from "zod";
import { listSignals } from "../../lib/analysis/signal-lists.ts";
import { datesInOrder, signalFilters, signalItemSchema, toFilters } from "../../lib/analysis/signal-views.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMeta, pageMetaSchema, pageQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/signals",
    summary: "Signals by date, then confidence, both descending.",
    query: z
      .strictObject({ ...pageQuery, ...signalFilters })
      .refine(datesInOrder, { path: ["date_from"], message: "must not be after date_to" }),
    response: signalItemSchema.array(),
    meta: pageMetaSchema,
  },
  loadServices,
  async ({ query, apiKeyId }, services) => {
    const page = await listSignals(services, toFilters(query), { ...query, apiKeyId });
    return { data: page.items, meta: pageMeta(page, query) };
  },
);
