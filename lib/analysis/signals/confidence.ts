import { mean } from "simple-statistics";
import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import { unknownTrust } from "../authors/trust.ts";
import type { StoredComment } from "../comments/comment.ts";

export type ConfidenceSettings = Pick<
  Configuration,
  | "confidence_weight_volume"
  | "confidence_weight_alignment"
  | "confidence_weight_ai_confidence"
  | "confidence_weight_author_trust"
>;

/** The volume term: the share of three times the minimum that was reached, 0–1 (spec pipeline 7.3). */
export function volumeTerm(reached: number, minimum: number): number {
  return Math.min(1, reached / (minimum * 3));
}

/** The alignment term: how far between the minimum and unanimity, 0–1 (spec pipeline 7.3). */
export function alignmentTerm(alignment: number, minimum: number): number {
  if (minimum >= 1) return 1;
  return Math.min(1, Math.max(0, (alignment - minimum) / (1 - minimum)));
}

/** Confidence of a fired signal, 0–1, six decimals (spec pipeline 7.3). `contributing` is not empty. */
export function signalConfidence(
  terms: { volume: number; alignment: number },
  contributing: readonly Pick<StoredComment, "ai_confidence" | "author_trust_score">[],
  settings: ConfidenceSettings,
): number {
  const confidence =
    terms.volume * settings.confidence_weight_volume +
    terms.alignment * settings.confidence_weight_alignment +
    mean(contributing.map((mention) => mention.ai_confidence ?? 0)) * settings.confidence_weight_ai_confidence +
    mean(contributing.map((mention) => mention.author_trust_score ?? unknownTrust)) *
      settings.confidence_weight_author_trust;
  return round(Math.min(1, Math.max(0, confidence)), 6);
}
