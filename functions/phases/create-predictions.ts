import { postsInput } from "../../lib/analysis/comments/annotated.ts";
import { phase } from "../../lib/runs/phase.ts";
import { loadServices } from "../../lib/services.ts";
import { createPredictions } from "../../lib/trading/predictions/create-predictions.ts";

export const handler = phase(
  { state: "CreatePredictions", number: 3, input: postsInput },
  loadServices,
  createPredictions,
);
