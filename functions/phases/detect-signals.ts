import { postsInput } from "../../lib/analysis/comments/annotated.ts";
import { analysisRun } from "../../lib/analysis/run.ts";
import { detectSignals } from "../../lib/analysis/signals/detect-signals.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = phase(
  analysisRun,
  { state: "DetectSignals", number: 4, input: postsInput },
  loadServices,
  detectSignals,
);
