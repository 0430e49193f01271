import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { overrideBodySchema, overrideResult } from "../../lib/trading/authors/override-prediction.ts";
import { predictionViewSchema, toPredictionView } from "../../lib/trading/predictions/view.ts";

export const handler = endpoint(
  {
    method: "PATCH",
    path: "/predictions/{id}/override",
    summary: "Record a person's verdict",
    description:
      "Whether a person finds the prediction correct, incorrect or not to be counted; the author's accuracy follows.",
    tag: "Predictions",
    params: idParams,
    body: overrideBodySchema,
    response: predictionViewSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params, body }, services) => ({ data: toPredictionView(await overrideResult(services, params.id, body)) }),
);
