import { signalHistory } from "../../lib/analysis/signal-lists.ts";
import { historyMetaSchema, historyQuery, historySchema } from "../../lib/analysis/signal-views.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/signals/history",
    summary: "Confidence by day, keyed by ticker.",
    query: historyQuery,
    response: historySchema,
    meta: historyMetaSchema,
  },
  loadServices,
  async ({ query }, services) => ({
    data: await signalHistory(services, query),
    meta: { days: query.days, signal_type: query.signal_type },
  }),
);
