import { isTradingDay } from "../../calendar/trading-days.ts";
import { addDays } from "../../runtime/dates.ts";
import type { Position } from "../positions/record.ts";
import { fewestObservations } from "./ratios.ts";

/** What a base rate is asked for: the deciding position of a signal that has ended. */
export type EndedPosition = Pick<Position, "ticker" | "direction" | "entry_date" | "exit_date">;

/**
 * How often the ticker moved the signal's way over as many trading days as the position was held: of all pairs of
 * `closes`, oldest first, that lie so far apart, the share that rose, or for puts that fell. Null where there are fewer
 * than twenty. A position that ended on its first day is compared with a day.
 */
export function baseRate(position: EndedPosition, closes: readonly number[]): number | null {
  const horizon = Math.max(1, tradingDaysHeld(position));
  const moves = closes.slice(horizon).map((close, index) => close - (closes[index] ?? 0));
  if (moves.length < fewestObservations) return null;
  const sign = position.direction === "put" ? -1 : 1;
  return moves.filter((move) => move * sign > 0).length / moves.length;
}

function tradingDaysHeld({ entry_date, exit_date }: EndedPosition): number {
  let days = 0;
  for (let day = addDays(entry_date, 1); day <= (exit_date ?? entry_date); day = addDays(day, 1)) {
    if (isTradingDay(day)) days++;
  }
  return days;
}
