import { tradingDayFrom } from "../../calendar/trading-days.ts";
import { round } from "../../runtime/money.ts";
import type { OpenedSplit } from "./bars.ts";

/** Why nothing can be decided about a ticker at all, although its sources answer. */
export type Doubt = "other_scale" | "unknown_symbol";

/**
 * Trading days on which the sources may still explain what they cannot explain yet. The broker adjusts its prices for a
 * split hours before the source of splits names it, and either of them may lose a symbol for a day. The days are
 * counted from the first run that saw the doubt, however long there was none before it: nothing is lost by waiting, for
 * the window stays open, and no mark of a day has to be taken back.
 */
const patienceDays = 3;

/**
 * Why a person has to look at what is held of a ticker, as a sentence; null where nobody has to, or not yet. `due` are
 * the splits that concern it. A ratio that is no split for certain needs no waiting: no later answer explains it. A doubt
 * of today has `doubtedSince` (New York day) null.
 */
export function reviewReason(
  ticker: string,
  { doubtedSince, due, doubt }: { doubtedSince: string | null; due: readonly OpenedSplit[]; doubt: Doubt | null },
  today: string,
): string | null {
  const odd = due.find(({ isDoubtful }) => isDoubtful);
  if (odd) {
    const ratio = round(odd.ratio, 6);
    return `On ${odd.date} ${ticker} became ${ratio} shares, which is no split for certain and may be a spin-off.`;
  }
  if (doubt === null || tradingDayFrom(doubtedSince ?? today, patienceDays - 1) > today) return null;
  return doubt === "other_scale"
    ? `Prices of ${ticker} are on another scale than at the last check, and no source names a split.`
    : `No source knows ${ticker} any more: it was delisted, merged or renamed.`;
}
