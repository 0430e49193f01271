import { analysisRun, completeAnalysis } from "../../lib/analysis/run.ts";
import { completeRun } from "../../lib/runs/complete.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = completeRun(analysisRun, completeAnalysis, loadServices);
