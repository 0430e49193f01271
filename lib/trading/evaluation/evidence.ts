import { isTradingDay } from "../../calendar/trading-days.ts";
import { addDays } from "../../runtime/dates.ts";
import { independentOnes } from "../performance/figures.ts";
import type { PortfolioValue, Position } from "../positions/record.ts";
import { type DailyPair, excessReturns, looksInCount, lowerBound } from "./excess.ts";
import { consecutiveOnes, type Evidence } from "./graduation.ts";
import { type EvaluationPeriod, isJudged } from "./record.ts";

/**
 * The periods that the evidence of a portfolio is of: of its completed ones, oldest first, those since the last gap, in
 * counts of twelve; a thirteenth begins the next count.
 */
export function periodsOfCount(completed: readonly EvaluationPeriod[]): EvaluationPeriod[] {
  const run = consecutiveOnes(completed);
  return run === 0 ? [] : completed.slice(-(((run - 1) % looksInCount) + 1));
}

/** What these periods, `pairs` and closed positions of one portfolio show; those of other days are passed over. */
export function evidence(
  periods: readonly EvaluationPeriod[],
  pairs: readonly DailyPair[],
  closed: readonly Pick<Position, "ticker" | "exit_date">[],
): Evidence {
  const [from, to] = [periods.at(0)?.period_start ?? "", periods.at(-1)?.period_end ?? ""];
  const isInside = (day: string | null) => day !== null && from <= day && day <= to;
  const inside = pairs.filter(({ date }) => isInside(date));
  const trades = closed
    .filter(({ exit_date }) => isInside(exit_date))
    .map(({ ticker, exit_date }) => ({ ticker, endedAt: exit_date ?? "" }));
  const judged = periods.filter(isJudged).length;
  return {
    periods: judged,
    independentTrades: independentOnes(trades).length,
    tradingDays: tradingDaysOf(from, to),
    pairs: inside.filter(({ date }) => isTradingDay(date)).length,
    excess: lowerBound(excessReturns(inside), judged),
  };
}

/** The days on which both sides were valued, after costs. */
export function pairsOf(values: readonly PortfolioValue[]): DailyPair[] {
  return values.flatMap(({ date, net_value_cents: value, benchmark_price: benchmark }) =>
    benchmark === null || value <= 0 ? [] : [{ date, value, benchmark }],
  );
}

function tradingDaysOf(from: string, to: string): number {
  let days = 0;
  for (let day = from; day !== "" && day <= to; day = addDays(day, 1)) if (isTradingDay(day)) days++;
  return days;
}
