import { analysisRun } from "../../lib/analysis/run.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices } from "../../lib/services.ts";
import { monitorPrices } from "../../lib/trading/monitoring/monitor-prices.ts";

export const handler = phase(analysisRun, { state: "MonitorPrices", number: 6 }, loadServices, monitorPrices);
