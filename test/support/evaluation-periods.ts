import type { SignalType } from "../../lib/analysis/signals/signal.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import type { Services } from "../../lib/services.ts";
import { type EvaluationPeriod, evaluationPeriodSchema } from "../../lib/trading/evaluation/record.ts";

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
  ...unmeasured,
  created_at: "2026-02-21T15:30:00.000Z",
});

/** Completed periods up to the active one, oldest first, with these points against the benchmark. */
export function completedPeriods(type: SignalType, relatives: readonly (number | null)[]): EvaluationPeriod[] {
  return relatives.map((relative_performance, index) => {
    const period_start = addDays("2026-02-21", -30 * (relatives.length - index));
    return {
      ...activePeriod,
      id: `stocks_${type}.${period_start}`,
      portfolio_id: `stocks_${type}`,
      signal_type: type,
      period_start,
      period_end: addDays(period_start, 30),
      status: "completed",
      portfolio_return_pct: 4,
      sp500_return_pct: relative_performance === null ? null : 4 - relative_performance,
      relative_performance,
      beat_benchmark: relative_performance === null ? null : relative_performance > 0,
      total_positions_closed: 3,
      winning_positions: 2,
      losing_positions: 1,
      avg_return_pct: 1.5,
      signal_accuracy_pct: 0.666667,
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
