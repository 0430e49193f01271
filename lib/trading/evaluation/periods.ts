import { addDays } from "../../runtime/dates.ts";
import type { Benchmark } from "../market/bars.ts";
import { netValueCents } from "../positions/bookkeeping.ts";
import { lastValue, measured, type PeriodFacts } from "./figures.ts";
import { type EvaluationPeriod, evaluationPeriodId } from "./record.ts";

/** Calendar days of a period (spec pipeline 11). */
export const periodDays = 30;

/** The periods to write, all at once or none, or why nothing may be written. */
export interface Rollover {
  completed: EvaluationPeriod[];
  created: EvaluationPeriod[];
  /** A sentence for the log; null where all is well. */
  problem: string | null;
}

/**
 * Keeps the portfolios' periods in step (spec pipeline 11): starts them where there are none, and completes them and
 * starts the next ones without a gap until the active window holds `today`. Where several windows have passed without a
 * run, those between begin and end at the last value before them (G18).
 */
export function rollPeriods(
  facts: readonly PeriodFacts[],
  active: readonly EvaluationPeriod[],
  at: { today: string; now: string },
  benchmark: Benchmark,
): Rollover {
  const problem = irregularity(facts, active);
  if (problem !== null) return { completed: [], created: [], problem };
  let current = active.length === 0 ? firstPeriods(facts, at.today, at.now) : [...active];
  const known = new Set(active.map(({ id }) => id));
  const completed: EvaluationPeriod[] = [];
  for (let end = current[0]?.period_end; end !== undefined && end < at.today; end = addDays(end, periodDays)) {
    const windowEnd = end;
    const finished = current.map((period) => {
      const fact = facts.find(({ portfolio }) => portfolio.id === period.portfolio_id);
      return fact === undefined ? period : measured(period, fact, windowEnd, benchmark);
    });
    completed.push(...finished.map((period) => ({ ...period, status: "completed" as const })));
    current = startPeriods(facts, windowEnd, at.now);
  }
  return { completed, created: current.filter(({ id }) => !known.has(id)), problem: null };
}

/** The periods change together only while there is one for each portfolio and all have one window. */
function irregularity(facts: readonly PeriodFacts[], active: readonly EvaluationPeriod[]): string | null {
  const counts = facts.map(
    ({ portfolio }) => active.filter(({ portfolio_id }) => portfolio_id === portfolio.id).length,
  );
  if (active.length === 0) return null;
  if (counts.some((count) => count > 1)) return "A portfolio has more than one active evaluation period.";
  if (counts.includes(0)) return "Some portfolios have no active evaluation period and others do.";
  const windows = new Set(active.map(({ period_start, period_end }) => `${period_start} ${period_end}`));
  return windows.size > 1 ? "The active evaluation periods have different windows." : null;
}

/**
 * They begin at this very moment: what the rest of their first day gains and costs is of no earlier period, so that they
 * answer for it, and for what has been bought already.
 */
function firstPeriods(facts: readonly PeriodFacts[], start: string, now: string): EvaluationPeriod[] {
  return startPeriods(facts, start, now).map((period) => {
    const values = facts.find(({ portfolio }) => portfolio.id === period.portfolio_id)?.values ?? [];
    const { value_at_period_start_cents: value_cents } = period;
    const benchmark_price = lastValue(values, start)?.benchmark_price ?? null;
    return {
      ...period,
      net_value_at_period_start_cents: value_cents,
      first_worth: { date: start, value_cents, net_value_cents: value_cents, benchmark_price },
    };
  });
}

function startPeriods(facts: readonly PeriodFacts[], start: string, now: string): EvaluationPeriod[] {
  return facts.map(({ portfolio, values }) => ({
    id: evaluationPeriodId(portfolio.id, start),
    portfolio_id: portfolio.id,
    period_start: start,
    period_end: addDays(start, periodDays),
    instrument_type: portfolio.instrument_type,
    signal_type: portfolio.signal_type,
    status: "active",
    value_at_period_start_cents: lastValue(values, start)?.value_cents ?? portfolio.current_value_cents,
    net_value_at_period_start_cents: lastValue(values, start)?.net_value_cents ?? netValueCents(portfolio),
    first_worth: null,
    portfolio_return_pct: null,
    sp500_return_pct: null,
    sp500_total_return_pct: null,
    relative_performance: null,
    beat_benchmark: null,
    total_positions_closed: null,
    winning_positions: null,
    losing_positions: null,
    avg_return_pct: null,
    signal_accuracy_pct: null,
    gross: null,
    created_at: now,
  }));
}
