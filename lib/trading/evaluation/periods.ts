import { addDays } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import type { BenchmarkClose } from "../market/bars.ts";
import type { Portfolio, PortfolioValue, Position } from "../positions/record.ts";
import { type EvaluationPeriod, evaluationPeriodId } from "./record.ts";

/** Calendar days of a period (spec pipeline 11). */
export const periodDays = 30;
/** Decimals of percentages and points. */
const decimals = 4;

/** What the figures of a portfolio's period are made of. */
export interface PeriodFacts {
  portfolio: Portfolio;
  /** Any of the portfolio's positions; those not closed inside the period are passed over. */
  positions: readonly Position[];
  /** What it was worth on its days, oldest first, beside the index at those moments. */
  values: readonly PortfolioValue[];
}

export type PeriodMetrics = Pick<
  EvaluationPeriod,
  | "value_at_period_start_cents"
  | "portfolio_return_pct"
  | "sp500_return_pct"
  | "relative_performance"
  | "beat_benchmark"
  | "total_positions_closed"
  | "winning_positions"
  | "losing_positions"
  | "avg_return_pct"
  | "signal_accuracy_pct"
>;

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
  close: BenchmarkClose,
): Rollover {
  const problem = irregularity(facts, active);
  if (problem !== null) return { completed: [], created: [], problem };
  let current = active.length === 0 ? startPeriods(facts, at.today, at.now) : [...active];
  const known = new Set(active.map(({ id }) => id));
  const completed: EvaluationPeriod[] = [];
  for (let end = current[0]?.period_end; end !== undefined && end < at.today; end = addDays(end, periodDays)) {
    const windowEnd = end;
    const finished = current.map((period) => {
      const fact = facts.find(({ portfolio }) => portfolio.id === period.portfolio_id);
      return fact === undefined ? period : { ...period, ...periodMetrics(period, fact, windowEnd, close) };
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
    portfolio_return_pct: null,
    sp500_return_pct: null,
    relative_performance: null,
    beat_benchmark: null,
    total_positions_closed: null,
    winning_positions: null,
    losing_positions: null,
    avg_return_pct: null,
    signal_accuracy_pct: null,
    created_at: now,
  }));
}

/**
 * A period's figures (spec pipeline 11): final ones with its own end as `asOf`, live ones with today. Both sides begin
 * and end with the last values on or before those days, which were read at one moment; where the index was not kept
 * with them, with its closes on their days. The three figures of the benchmark are null where those are missing too.
 */
export function periodMetrics(
  period: EvaluationPeriod,
  fact: PeriodFacts,
  asOf: string,
  close: BenchmarkClose,
): PeriodMetrics {
  const { portfolio, positions } = fact;
  const start =
    lastValue(fact.values, period.period_start) ?? unkept(period.period_start, period.value_at_period_start_cents);
  const end = lastValue(fact.values, asOf) ?? unkept(asOf, portfolio.current_value_cents);
  const portfolioReturn = percentChange(start.value_cents, end.value_cents);
  const benchmark = benchmarkReturn(start, end, close);
  const relative = benchmark === null ? null : round(portfolioReturn - benchmark, decimals);
  const closed = positions.filter(
    ({ status, exit_date }) =>
      status === "closed" && exit_date !== null && period.period_start <= exit_date && exit_date < period.period_end,
  );
  const winning = closed.filter(({ realized_pnl_cents }) => realized_pnl_cents > 0).length;
  const returns = closed.reduce((sum, { realized_return_pct }) => sum + (realized_return_pct ?? 0), 0);
  return {
    value_at_period_start_cents: start.value_cents,
    portfolio_return_pct: portfolioReturn,
    sp500_return_pct: benchmark,
    relative_performance: relative,
    beat_benchmark: relative === null ? null : relative > 0,
    total_positions_closed: closed.length,
    winning_positions: winning,
    losing_positions: closed.length - winning,
    avg_return_pct: round(returns / Math.max(closed.length, 1), decimals),
    signal_accuracy_pct: round(winning / Math.max(closed.length, 1), 6),
  };
}

type Worth = Pick<PortfolioValue, "date" | "value_cents" | "benchmark_price">;

function benchmarkReturn(start: Worth, end: Worth, close: BenchmarkClose): number | null {
  if (start.benchmark_price !== null && end.benchmark_price !== null) {
    return percentChange(start.benchmark_price, end.benchmark_price);
  }
  const [from, to] = [close(start.date), close(end.date)];
  return from === null || to === null || from <= 0 ? null : percentChange(from, to);
}

function lastValue(values: readonly PortfolioValue[], day: string): PortfolioValue | undefined {
  return values.findLast(({ date }) => date <= day);
}

/** A value of which no moment was kept. */
function unkept(date: string, value_cents: number): Worth {
  return { date, value_cents, benchmark_price: null };
}

function percentChange(from: number, to: number): number {
  return from === 0 ? 0 : round(((to - from) / from) * 100, decimals);
}
