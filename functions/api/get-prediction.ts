import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { readPredictionDetail } from "../../lib/trading/predictions/list.ts";
import { predictionDetailSchema } from "../../lib/trading/predictions/view.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/predictions/{id}",
    summary: "Read one prediction",
    description: "With its days and its exits.",
    tag: "Predictions",
    params: idParams,
    response: predictionDetailSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await readPredictionDetail(services, params.id) }),
);
