import * as z from "zod";
import { signalHistory } from "../../lib/analysis/signals/list.ts";
import { historyFilters, historyMetaSchema, historySchema } from "../../lib/analysis/signals/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { wholeNumber } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/signals/history",
    summary: "Confidence by day",
    description: "Keyed by ticker, for one type of signal.",
    tag: "Signals",
    query: z.strictObject({ ...historyFilters, days: wholeNumber(1, 90, 14) }),
    response: historySchema,
    meta: historyMetaSchema,
  },
  loadServices,
  async ({ query }, services) => ({
    data: await signalHistory(services, query),
    meta: { days: query.days, signal_type: query.signal_type },
  }),
);
