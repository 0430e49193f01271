import { round } from "../runtime/money.ts";
import type { Configuration } from "./configuration.ts";

/** The name under which Reddit shows every deleted account. It stands for many people and never for one. */
export const deletedAuthor = "[deleted]";

/** Trust of an author of whom nothing is known. */
export const unknownTrust = 0.5;

/** What is stored of an author. */
export interface AuthorRecord {
  username: string;
  totalComments: number;
  highQualityComments: number;
  /** 0–1; null until a prediction of the author's is resolved. */
  avgSentimentAccuracy: number | null;
  firstSeen: Date;
}

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
export function authorTrust(author: AuthorRecord | null, now: Date, settings: TrustSettings): number {
  if (author === null || author.username === deletedAuthor) return unknownTrust;
  const quality = author.highQualityComments / Math.max(author.totalComments, 1);
  const accuracy = author.avgSentimentAccuracy ?? settings.trust_default_accuracy;
  const days = Math.max(0, Math.floor((now.getTime() - author.firstSeen.getTime()) / 86_400_000));
  const tenure = Math.min(1, days / settings.trust_tenure_saturation_days);
  return round(
    quality * settings.trust_weight_quality +
      accuracy * settings.trust_weight_accuracy +
      tenure * settings.trust_weight_tenure,
    3,
  );
}
