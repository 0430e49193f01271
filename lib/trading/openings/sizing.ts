import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import { gain } from "../instruments/returns.ts";
import type { InstrumentType } from "../instruments/terms.ts";
import type { Position } from "../positions/record.ts";

export type SizingSettings = Pick<
  Configuration,
  "sizing_base_divisor" | "sizing_tiers" | "sizing_option_pct" | "sizing_min_pct" | "sizing_max_pct"
>;

export type ReplacementSettings = Pick<
  Configuration,
  "replacement_min_confidence_delta" | "replacement_protect_gain_pct"
>;

/**
 * What may be spent on one position, in cents (spec pipeline 8.1), of a portfolio's value after costs (issue "Numbers
 * that hold", 6): of $100,000, stocks get $2,500, $3,750 or $5,000 by confidence (0–1), options $2,000; always within
 * the limits. A confidence below the lowest tier counts as that tier, for whoever lowers `signal_min_confidence`. Of a
 * portfolio whose costs have eaten all, nothing.
 */
export function targetAllocationCents(
  type: InstrumentType,
  netValueCents: number,
  confidence: number,
  settings: SizingSettings,
): number {
  const share =
    type === "stock"
      ? multiplierFor(confidence, settings.sizing_tiers) / settings.sizing_base_divisor
      : settings.sizing_option_pct;
  const clamped = Math.min(settings.sizing_max_pct, Math.max(settings.sizing_min_pct, share));
  return Math.max(0, round(netValueCents * clamped, 0));
}

function multiplierFor(confidence: number, tiers: SizingSettings["sizing_tiers"]): number {
  const ascending = tiers.toSorted(([a], [b]) => a - b);
  const tier = ascending.findLast(([from]) => confidence >= from) ?? ascending[0];
  return tier?.[1] ?? 0;
}

/**
 * The position a new signal would replace in a full portfolio (spec pipeline 8.2): the one of lowest confidence, the
 * oldest of equals (G14). Null where the signal is not more than 0.1 above it.
 */
export function replacementCandidate<P extends Pick<Position, "id" | "confidence" | "opened_at">>(
  open: readonly P[],
  confidence: number,
  settings: ReplacementSettings,
): P | null {
  const lowest = open.toSorted(
    (a, b) =>
      a.confidence - b.confidence || Date.parse(a.opened_at) - Date.parse(b.opened_at) || (a.id < b.id ? -1 : 1),
  )[0];
  if (lowest === undefined) return null;
  return round(confidence - lowest.confidence, 9) > settings.replacement_min_confidence_delta ? lowest : null;
}

/** Whether its gain at `price` dollars, more than 5 %, forbids replacing a position (spec pipeline 8.2, step 3). */
export function isProtected(position: Pick<Position, "entry_price">, price: number, settings: ReplacementSettings) {
  return gain(position.entry_price, price) > settings.replacement_protect_gain_pct;
}
