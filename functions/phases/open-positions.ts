import { phase } from "../../lib/runs/phase.ts";
import { loadServices } from "../../lib/services.ts";
import { openPositions } from "../../lib/trading/open-positions.ts";

export const handler = phase({ state: "OpenPositions", number: 5 }, loadServices, openPositions);
