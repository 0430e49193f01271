import { analysisRun } from "../../lib/analysis/run.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices } from "../../lib/services.ts";
import { rollEvaluation } from "../../lib/trading/evaluation/roll-evaluation.ts";

export const handler = phase(analysisRun, { state: "RollEvaluation", number: 7 }, loadServices, rollEvaluation);
