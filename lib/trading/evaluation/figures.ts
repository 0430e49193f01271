import { round } from "../../runtime/money.ts";
import type { Benchmark } from "../market/bars.ts";
import { type BenchmarkReturns, benchmarkReturns, unknownReturns } from "../performance/benchmark-returns.ts";
import { netPnlCents, netReturnPct, netValueCents } from "../positions/bookkeeping.ts";
import type { Portfolio, PortfolioValue, Position } from "../positions/record.ts";
import { type EvaluationPeriod, isJudged, type Worth } from "./record.ts";

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

interface Ends {
  start: Worth;
  end: Worth;
}

/** What the portfolio itself has come to; how it stands against the index is told by `compared`. */
type OwnFigures = Pick<
  EvaluationPeriod,
  "portfolio_return_pct" | "winning_positions" | "losing_positions" | "avg_return_pct" | "signal_accuracy_pct"
>;

/**
 * A period with its figures (spec pipeline 11), after trading costs, and before them under `gross`: final ones with its
 * own end as `asOf`, live ones with today. Both sides begin and end with the last values on or before those days, which
 * were read at one moment, a portfolio's first period with those of its creation; where the index was not kept with them,
 * with its closes on their days. What is said of the index is null where those are missing too.
 */
export function measured(
  period: EvaluationPeriod,
  fact: PeriodFacts,
  asOf: string,
  benchmark: Benchmark,
): EvaluationPeriod {
  const ends = endsOf(period, fact, asOf);
  return compared(withOwnFigures(period, fact, ends), indexReturns(ends, benchmark));
}

/**
 * A completed period that lacks its verdict after costs, with that: the index's value was missing at its end and is known
 * now, or it was completed when verdicts were before costs, and its values of then were kept. Null where it stays as it is.
 */
export function filledIn(period: EvaluationPeriod, fact: PeriodFacts, benchmark: Benchmark): EvaluationPeriod | null {
  if (isJudged(period)) return null;
  const ends = endsOf(period, fact, period.period_end);
  const isKept = [period.period_start, period.period_end].every((day) => lastValue(fact.values, day));
  const own = period.gross === null && isKept ? withOwnFigures(period, fact, ends) : period;
  const filled = compared(own, indexReturns(ends, benchmark));
  return isJudged(filled) || (period.sp500_return_pct === null && filled.sp500_return_pct !== null) ? filled : null;
}

/** The last value on or before a day. */
export function lastValue(values: readonly PortfolioValue[], day: string): PortfolioValue | undefined {
  return values.findLast(({ date }) => date <= day);
}

function endsOf(period: EvaluationPeriod, { portfolio, values }: PeriodFacts, asOf: string): Ends {
  const { period_start, value_at_period_start_cents: value, net_value_at_period_start_cents: net } = period;
  return {
    start: period.first_worth ??
      lastValue(values, period_start) ?? {
        ...{ date: period_start, benchmark_price: null, value_cents: value, net_value_cents: net ?? value },
      },
    end: lastValue(values, asOf) ?? {
      ...{ date: asOf, benchmark_price: null, value_cents: portfolio.current_value_cents },
      net_value_cents: netValueCents(portfolio),
    },
  };
}

function withOwnFigures(period: EvaluationPeriod, { positions }: PeriodFacts, { start, end }: Ends): EvaluationPeriod {
  const closed = positions.filter(
    ({ status, exit_date }) =>
      status === "closed" && exit_date !== null && period.period_start <= exit_date && exit_date < period.period_end,
  );
  const gross = closed.map((each) => ({ cents: each.realized_pnl_cents, percent: each.realized_return_pct ?? 0 }));
  const net = closed.map((each) => ({ cents: netPnlCents(each), percent: netReturnPct(each) }));
  return {
    ...period,
    value_at_period_start_cents: start.value_cents,
    net_value_at_period_start_cents: start.net_value_cents,
    total_positions_closed: closed.length,
    ...ownFigures(percentChange(start.net_value_cents, end.net_value_cents), net),
    gross: {
      ...ownFigures(percentChange(start.value_cents, end.value_cents), gross),
      ...{ relative_performance: null, beat_benchmark: null },
    },
  };
}

function ownFigures(
  portfolioReturn: number | null,
  results: readonly { cents: number; percent: number }[],
): OwnFigures {
  const winning = results.filter(({ cents }) => cents > 0).length;
  const returns = results.reduce((sum, { percent }) => sum + percent, 0);
  const divisor = Math.max(results.length, 1);
  return {
    portfolio_return_pct: portfolioReturn,
    winning_positions: winning,
    losing_positions: results.length - winning,
    avg_return_pct: round(returns / divisor, decimals),
    signal_accuracy_pct: round(winning / divisor, 6),
  };
}

function compared(period: EvaluationPeriod, index: BenchmarkReturns): EvaluationPeriod {
  const { benchmark_return_pct, benchmark_total_return_pct } = index;
  return {
    ...period,
    ...verdict(period, benchmark_return_pct),
    sp500_return_pct: benchmark_return_pct,
    sp500_total_return_pct: benchmark_total_return_pct,
    gross: period.gross && { ...period.gross, ...verdict(period.gross, benchmark_return_pct) },
  };
}

function verdict({ portfolio_return_pct: own }: Pick<OwnFigures, "portfolio_return_pct">, index: number | null) {
  if (own === null || index === null) return { relative_performance: null, beat_benchmark: null };
  const relative_performance = round(own - index, decimals);
  return { relative_performance, beat_benchmark: relative_performance > 0 };
}

function indexReturns({ start, end }: Ends, { close, price, total }: Benchmark): BenchmarkReturns {
  const isKept = start.benchmark_price !== null && end.benchmark_price !== null;
  const [from, to] = [start, end].map((worth) => (isKept ? worth.benchmark_price : close(worth.date)));
  if (!from || !to) return unknownReturns;
  const values = [
    { date: start.date, value: from },
    { date: end.date, value: to },
  ];
  return benchmarkReturns(values, price, total);
}

/** Null of what was worth nothing: it would beat an index that falls. */
function percentChange(from: number, to: number): number | null {
  return from <= 0 ? null : round(((to - from) / from) * 100, decimals);
}
