import { round } from "../../runtime/money.ts";
import type { Closes } from "../market/bars.ts";
import type { DailyValue } from "./figures.ts";

/** Percent; null where it cannot be told. */
export interface BenchmarkReturns {
  benchmark_return_pct: number | null;
  benchmark_total_return_pct: number | null;
}

/** Where the index is not known. */
export const unknownReturns: BenchmarkReturns = { benchmark_return_pct: null, benchmark_total_return_pct: null };

const decimals = 4;

/**
 * What the index gained from the first to the last of its values, oldest first: its price, and with dividends. Those are
 * what its total return index gained beyond it between the last closes of both on or before these days.
 */
export function benchmarkReturns(values: readonly DailyValue[], price: Closes, total: Closes): BenchmarkReturns {
  const [first, last] = [values.at(0), values.at(-1)];
  if (!first || !last || first === last) return unknownReturns;
  const growth = last.value / first.value;
  const shared = [...price.keys()].filter((day) => total.has(day)).toSorted();
  const [from, to] = [first, last].map(({ date }) => shared.findLast((day) => day <= date));
  return {
    benchmark_return_pct: percent(growth),
    benchmark_total_return_pct:
      from === undefined || to === undefined
        ? null
        : percent((growth * growthOf(total, from, to)) / growthOf(price, from, to)),
  };
}

function growthOf(closes: Closes, from: string, to: string): number {
  return (closes.get(to) ?? 0) / (closes.get(from) ?? 0);
}

function percent(growth: number): number {
  return round((growth - 1) * 100, decimals);
}
