import { postsInput } from "../../lib/analysis/comments/annotated.ts";
import { analysisRun } from "../../lib/analysis/run.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices } from "../../lib/services.ts";
import { createPredictions } from "../../lib/trading/predictions/create-predictions.ts";

export const handler = phase(
  analysisRun,
  { state: "CreatePredictions", number: 3, input: postsInput },
  loadServices,
  createPredictions,
);
