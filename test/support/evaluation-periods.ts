import type { SignalType } from "../../lib/analysis/signals/signal.ts";
import { isTradingDay } from "../../lib/calendar/trading-days.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import type { Services } from "../../lib/services.ts";
import { type EvaluationPeriod, evaluationPeriodSchema } from "../../lib/trading/evaluation/record.ts";
import { seedPositions, stockOf } from "./trading-seeds.ts";

/** What is known of a period only once it is over. */
export const unmeasured = {
  portfolio_return_pct: null,
  sp500_return_pct: null,
  relative_performance: null,
  beat_benchmark: null,
  total_positions_closed: null,
  winning_positions: null,
  losing_positions: null,
  avg_return_pct: null,
  signal_accuracy_pct: null,
  sp500_total_return_pct: null,
  gross: null,
};

/** The active period of `stocks_quality` since Saturday the 21st of February. */
export const activePeriod = evaluationPeriodSchema.parse({
  id: "stocks_quality.2026-02-21",
  portfolio_id: "stocks_quality",
  period_start: "2026-02-21",
  period_end: "2026-03-23",
  instrument_type: "stock",
  signal_type: "quality",
  status: "active",
  value_at_period_start_cents: 10_050_050,
  net_value_at_period_start_cents: 10_050_050,
  first_worth: null,
  ...unmeasured,
  created_at: "2026-02-21T15:30:00.000Z",
});

/** Completed periods up to the active one, oldest first, with these points against the benchmark; costs were nothing. */
export function completedPeriods(type: SignalType, relatives: readonly (number | null)[]): EvaluationPeriod[] {
  return relatives.map((relative_performance, index) => {
    const period_start = addDays("2026-02-21", -30 * (relatives.length - index));
    const results = {
      portfolio_return_pct: 4,
      relative_performance,
      beat_benchmark: relative_performance === null ? null : relative_performance > 0,
      winning_positions: 2,
      losing_positions: 1,
      avg_return_pct: 1.5,
      signal_accuracy_pct: 0.666667,
    };
    return {
      ...activePeriod,
      id: `stocks_${type}.${period_start}`,
      portfolio_id: `stocks_${type}`,
      signal_type: type,
      period_start,
      period_end: addDays(period_start, 30),
      status: "completed",
      ...results,
      sp500_return_pct: relative_performance === null ? null : 4 - relative_performance,
      total_positions_closed: 3,
      gross: results,
    };
  });
}

/** Stores evaluation periods. */
export async function seedPeriods(
  { store }: Pick<Services, "store">,
  periods: readonly EvaluationPeriod[],
): Promise<void> {
  await store.putMany(
    periods.map((period) => ({ ...store.keys.evaluationPeriod(period.portfolio_id, period.period_start), ...period })),
  );
}

/**
 * Stores what proves the last four of `completedPeriods`: on each trading day the portfolio gains 0.2 % and the index
 * 0.1 %, and twenty trades of as many tickers are closed.
 */
export async function seedEvidence(services: Pick<Services, "store" | "clock">, type: SignalType): Promise<void> {
  const { store } = services;
  const portfolio_id = `stocks_${type}`;
  const days = Array.from({ length: 121 }, (_, index) => addDays("2025-10-24", index)).filter(isTradingDay);
  const values = days.map((date, index) => {
    const value_cents = Math.round(10_000_000 * 1.002 ** index);
    const worth = { portfolio_id, date, value_cents, net_value_cents: value_cents, valued_at: `${date}T15:30:00.000Z` };
    return { ...store.keys.portfolioValue(portfolio_id, date), ...worth, benchmark_price: 5000 * 1.001 ** index };
  });
  await store.putMany(values);
  const closed = { status: "closed" as const, shares_remaining: 0, exit_date: "2026-02-20", portfolio_id };
  await seedPositions(
    services,
    Array.from({ length: 20 }, (_, index) => stockOf({ ticker: `P${index}`, ...closed, id: `${type} ${index}` })),
  );
}
