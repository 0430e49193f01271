import { phase } from "../../lib/runs/phase.ts";
import { loadServices } from "../../lib/services.ts";
import { rollEvaluation } from "../../lib/trading/evaluation/roll-evaluation.ts";

export const handler = phase({ state: "RollEvaluation", number: 7 }, loadServices, rollEvaluation);
