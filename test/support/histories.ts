import { isTradingDay } from "../../lib/calendar/trading-days.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import { evidence, pairsOf, periodsOfCount } from "../../lib/trading/evaluation/evidence.ts";
import { assessGraduation, completedOf, type Graduation } from "../../lib/trading/evaluation/graduation.ts";
import type { EvaluationPeriod } from "../../lib/trading/evaluation/record.ts";
import { activePeriod, completedPeriods } from "./evaluation-periods.ts";

const periodCount = 12;
const firstDay = "2021-01-04";
const windows = Array.from({ length: periodCount }, (_, index) => ({
  period_start: addDays(firstDay, 30 * index),
  period_end: addDays(firstDay, 30 * (index + 1)),
}));
/** The trading days of twelve periods. */
export const historyDays = Array.from({ length: 30 * periodCount + 1 }, (_, index) => addDays(firstDay, index)).filter(
  isTradingDay,
);

/** What a type's stock portfolio did: its returns beyond the index's by day of `historyDays`, and when it closed trades. */
export interface TypeHistory {
  excess: readonly number[];
  tradeDays: readonly string[];
}

/** Standard normal numbers, always the same ones for a seed. */
export function normals(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** The assessments after each of twelve periods, until one passes. `market` are the index's daily returns. */
export function assessments(
  market: readonly number[],
  histories: { quality: TypeHistory; consensus: TypeHistory },
): Graduation[] {
  const benchmark = compounded(market);
  const shown = {
    quality: shownBy("quality", histories.quality, market, benchmark),
    consensus: shownBy("consensus", histories.consensus, market, benchmark),
  };
  const results: Graduation[] = [];
  for (let complete = 1; complete <= periodCount && !results.at(-1)?.isReady; complete++) {
    const periods = [...shown.quality.periods.slice(0, complete), ...shown.consensus.periods.slice(0, complete)];
    results.push(
      assessGraduation(periods, (type) =>
        evidence(periodsOfCount(completedOf(periods, type)), shown[type].pairs, shown[type].closed),
      ),
    );
  }
  return results;
}

function shownBy(
  signal_type: "quality" | "consensus",
  { excess, tradeDays }: TypeHistory,
  market: readonly number[],
  benchmark: readonly number[],
) {
  const values = compounded(excess.map((each, index) => each + (market[index] ?? 0)));
  const pairs = historyDays.map((date, index) => ({
    ...{ portfolio_id: "", date, value_cents: 0, valued_at: "" },
    net_value_cents: values[index] ?? 0,
    benchmark_price: benchmark[index] ?? null,
  }));
  const periods = windows.map((window): EvaluationPeriod => {
    const [from, to] = [lastDayOn(window.period_start), lastDayOn(window.period_end)];
    const percent = (of: readonly number[]) => ((of[to] ?? 0) / (of[from] ?? 1) - 1) * 100;
    const [judged] = completedPeriods(signal_type, [percent(values) - percent(benchmark)]);
    return { ...(judged ?? activePeriod), ...window };
  });
  const closed = tradeDays.map((exit_date, index) => ({ ticker: `T${index}`, exit_date }));
  return { pairs: pairsOf(pairs), periods, closed };
}

/** Values on each day, from the first one's close on: the first return is not earned. */
function compounded(returns: readonly number[]): number[] {
  let value = 10_000_000;
  return returns.map((change, index) => (value *= index === 0 ? 1 : 1 + change));
}

function lastDayOn(day: string): number {
  return historyDays.findLastIndex((each) => each <= day);
}
