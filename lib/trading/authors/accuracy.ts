import { deletedAuthor } from "../../analysis/authors/trust.ts";
import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";

type AccuracySettings = Pick<Configuration, "accuracy_ema_weight">;

/** Decimals of stored averages. */
const decimals = 6;

/** An author's running figures (spec data-model 3.2). */
export interface AuthorCounters {
  total_comments: number;
  high_quality_comments: number;
  total_upvotes: number;
  /** Running mean, 0–1; null before the first comment. */
  avg_conviction_score: number | null;
}

/** A comment analysed for the first time. */
export interface AnalyzedComment {
  author: string;
  /** Characters of its text. */
  length: number;
  has_reasoning: boolean;
  /** 0–1 */
  ai_confidence: number;
  score: number;
}

/** A resolved prediction as the accuracy sees it. */
export interface ResolvedResult {
  id: string;
  resolved_at: string;
  /** Null where a person excluded it. */
  is_correct: boolean | null;
}

/** An author's accuracy, 0–1, after one more result; the first is taken as it is (spec pipeline 10, step 3). */
export function nextAccuracy(accuracy: number | null, isCorrect: boolean, settings: AccuracySettings): number {
  const result = isCorrect ? 1 : 0;
  if (accuracy === null) return result;
  return round((1 - settings.accuracy_ema_weight) * accuracy + settings.accuracy_ema_weight * result, decimals);
}

/**
 * An author's accuracy after these results, in the order in which they were resolved, then of their ids. With null
 * and all results of the author it is the replay after an override (spec G17).
 */
export function accuracyAfter(
  accuracy: number | null,
  results: readonly ResolvedResult[],
  settings: AccuracySettings,
): number | null {
  return results
    .toSorted((a, b) => Date.parse(a.resolved_at) - Date.parse(b.resolved_at) || (a.id < b.id ? -1 : 1))
    .reduce<number | null>(
      (current, { is_correct }) => (is_correct === null ? current : nextAccuracy(current, is_correct, settings)),
      accuracy,
    );
}

/** How much stands behind a comment, 0–1 (spec ai 8). */
export function conviction({ length, has_reasoning, ai_confidence }: AnalyzedComment): number {
  return Math.min(1, length / 500) * 0.2 + (has_reasoning ? 0.2 : 0) + ai_confidence * 0.6;
}

/** An author's figures with newly analysed comments of theirs added, null for a new author (spec pipeline 10, D35). */
export function addComments(author: AuthorCounters | null, comments: readonly AnalyzedComment[]): AuthorCounters {
  const before = author ?? {
    total_comments: 0,
    high_quality_comments: 0,
    total_upvotes: 0,
    avg_conviction_score: null,
  };
  const total = before.total_comments + comments.length;
  const oldCount = before.avg_conviction_score === null ? 0 : before.total_comments;
  const convictionSum = comments.reduce((sum, comment) => sum + conviction(comment), 0);
  const convictionCount = oldCount + comments.length;
  return {
    total_comments: total,
    high_quality_comments: before.high_quality_comments + comments.filter((comment) => comment.has_reasoning).length,
    total_upvotes: comments.reduce((sum, comment) => sum + comment.score, before.total_upvotes),
    avg_conviction_score:
      convictionCount === 0
        ? null
        : round(((before.avg_conviction_score ?? 0) * oldCount + convictionSum) / convictionCount, decimals),
  };
}

/** Comments by author; `[deleted]` is nobody and left out (spec G10). */
export function commentsByAuthor<C extends { author: string }>(comments: readonly C[]): Map<string, C[]> {
  const named = comments.filter(({ author }) => author !== deletedAuthor);
  return Map.groupBy(named, ({ author }) => author);
}
