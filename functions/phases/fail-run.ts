import { analysisRun } from "../../lib/analysis/run.ts";
import { failRun } from "../../lib/runs/complete.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = failRun(analysisRun, loadServices);
