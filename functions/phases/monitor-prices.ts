import { phase } from "../../lib/runs/phase.ts";
import { loadServices } from "../../lib/services.ts";
import { monitorPrices } from "../../lib/trading/monitoring/monitor-prices.ts";

export const handler = phase({ state: "MonitorPrices", number: 6 }, loadServices, monitorPrices);
