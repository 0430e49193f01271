import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import type { Author } from "./author.ts";

/** The name under which Reddit shows every deleted account. It stands for many people and never for one. */
export const deletedAuthor = "[deleted]";

/** Trust of an author of whom nothing is known. */
export const unknownTrust = 0.5;

/** What an author's trust is made of. */
export type TrustedAuthor = Pick<
  Author,
  "username" | "total_comments" | "high_quality_comments" | "avg_sentiment_accuracy" | "first_seen"
>;

export type TrustSettings = Pick<
  Configuration,
  | "trust_weight_quality"
  | "trust_weight_accuracy"
  | "trust_weight_tenure"
  | "trust_default_accuracy"
  | "trust_tenure_saturation_days"
>;

/**
 * Trust in an author, 0–1, three decimals (spec ai 7). An unknown author (null) and `[deleted]` get 0.5 without the
 * formula. Tenure counts whole days of 24 hours, so that an author first seen today has none.
 */
export function authorTrust(author: TrustedAuthor | null, now: Date, settings: TrustSettings): number {
  if (author === null || author.username === deletedAuthor) return unknownTrust;
  const quality = author.high_quality_comments / Math.max(author.total_comments, 1);
  const accuracy = author.avg_sentiment_accuracy ?? settings.trust_default_accuracy;
  const days = Math.max(0, Math.floor((now.getTime() - Date.parse(author.first_seen)) / 86_400_000));
  const tenure = Math.min(1, days / settings.trust_tenure_saturation_days);
  return round(
    quality * settings.trust_weight_quality +
      accuracy * settings.trust_weight_accuracy +
      tenure * settings.trust_weight_tenure,
    3,
  );
}
