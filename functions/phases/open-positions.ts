import { analysisRun } from "../../lib/analysis/run.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices } from "../../lib/services.ts";
import { openPositions } from "../../lib/trading/openings/open-positions.ts";

export const handler = phase(analysisRun, { state: "OpenPositions", number: 5 }, loadServices, openPositions);
