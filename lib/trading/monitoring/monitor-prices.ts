import type { PhaseContext } from "../../analysis/run.ts";
import { runSchema } from "../../analysis/run.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { iso, newYorkDay } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import { readPortfolios } from "../positions/stored.ts";
import type { TradingServices } from "../services.ts";
import { monitorPositions } from "./monitor-positions.ts";
import { monitorPredictions } from "./monitor-predictions.ts";
import type { Monitoring } from "./pass.ts";
import { valuePortfolios } from "./value-portfolios.ts";

/**
 * MonitorPrices: checks open positions, then tracked predictions, and values the portfolios (spec pipeline 9). Entered
 * again, it goes on with what was not checked yet. Throws `PhaseUnfinished` after ten minutes.
 */
export async function monitorPrices(context: PhaseContext<unknown, TradingServices>): Promise<PhaseResult> {
  const monitoring = beginMonitoring(context);
  await monitorPositions(monitoring);
  await monitorPredictions(monitoring);
  await valuePortfolios(monitoring);
  return results(context);
}

function beginMonitoring(context: Monitoring["context"]): Monitoring {
  const { configuration, marketTime } = context;
  return {
    context,
    configuration,
    now: iso(marketTime),
    today: newYorkDay(marketTime),
    stopIfLate() {
      if (!context.isLate()) return;
      throw new AppError("PhaseUnfinished", "INTERNAL_ERROR", "Not everything is checked yet.", { retryable: true });
    },
  };
}

/**
 * Told from the table alone, so that a repeated call says the same: what is left open and tracked, the run's exits, and
 * the resolved predictions that wait for their authors.
 */
async function results({ services, runId }: PhaseContext<unknown, TradingServices>): Promise<PhaseResult> {
  const { store } = services;
  const { keys } = store;
  const [run, portfolios, tracked, unapplied] = await Promise.all([
    store.get(keys.run(runId), runSchema),
    readPortfolios(services),
    store.count({ pk: keys.tracked("", "").pk }),
    store.count({ pk: keys.unapplied("", "").pk }),
  ]);
  const exits = run?.exits_recorded ?? 0;
  const positions = portfolios.reduce((sum, { open_position_ids }) => sum + open_position_ids.length, 0);
  return {
    summary: { positions, exits, predictions: tracked.total, resolved: unapplied.total },
    runChanges: { set: { exits_triggered: exits } },
    counts: { ExitsTriggered: exits },
  };
}
