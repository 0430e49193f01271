import { endpoint } from "../../lib/http/endpoint.ts";
import { daysQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";
import { calibrationSchema, signalCalibration } from "../../lib/trading/performance/signal-calibration.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/signals/calibration",
    summary: "How often signals turned out right",
    description:
      "By confidence, which is a score and no probability, beside the base rate of the same tickers and horizon: a signal " +
      "is right if the position it decided closed with a profit after its trading costs. Definitions: GET /methods.",
    tag: "Signals",
    query: daysQuery(365, 90),
    response: calibrationSchema,
  },
  loadServices,
  async ({ query }, services) => ({ data: await signalCalibration(services, query.days) }),
);
