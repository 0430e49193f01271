import { sum } from "simple-statistics";
import type { Author } from "../../analysis/authors/author.ts";
import { authorTrust, deletedAuthor, type TrustSettings } from "../../analysis/authors/trust.ts";
import type { StoredComment } from "../../analysis/comments/comment.ts";
import type { Configuration } from "../../configuration/keys.ts";
import { iso } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import type { AppliedResult } from "../predictions/record.ts";
import { appliedResult, type ResolvedPrediction } from "../predictions/resolution.ts";

type AccuracySettings = Pick<Configuration, "accuracy_ema_weight">;

/** Decimals of stored averages. */
const decimals = 6;

/** An author as they are first met, of whom nothing is known but the name. */
export function newAuthor(username: string, now: Date): Author {
  return {
    username,
    first_seen: iso(now),
    total_comments: 0,
    high_quality_comments: 0,
    total_upvotes: 0,
    avg_conviction_score: null,
    avg_sentiment_accuracy: null,
    flagged_comments: 0,
    last_active: null,
    trust_score: 0,
    counted_run_id: null,
    version: 0,
  };
}

/** Comments by author; `[deleted]` is nobody and left out (spec G10). */
export function commentsByAuthor(comments: readonly StoredComment[]): Map<string, StoredComment[]> {
  const named = comments.filter(({ author }) => author !== deletedAuthor);
  return Map.groupBy(named, ({ author }) => author);
}

/** An author with the comments that a run analysed for the first time, their trust computed anew (spec pipeline 10, D35). */
export function withComments(
  author: Author,
  comments: readonly StoredComment[],
  at: { runId: string; now: Date },
  settings: TrustSettings,
): Author {
  const counted = {
    ...author,
    total_comments: author.total_comments + comments.length,
    high_quality_comments: author.high_quality_comments + comments.filter(({ has_reasoning }) => has_reasoning).length,
    total_upvotes: author.total_upvotes + sum(comments.map(({ score }) => score)),
    avg_conviction_score: meanConviction(author, comments),
    counted_run_id: at.runId,
    last_active: iso(at.now),
  };
  return withTrust(counted, at.now, settings);
}

/** The running mean; comments from before it was stored count for nothing. */
function meanConviction(author: Author, comments: readonly StoredComment[]): number | null {
  const earlier = author.avg_conviction_score === null ? 0 : author.total_comments;
  const count = earlier + comments.length;
  if (count === 0) return null;
  const total = (author.avg_conviction_score ?? 0) * earlier + sum(comments.map(conviction));
  return round(total / count, decimals);
}

/** How much stands behind a comment, 0–1 (spec ai 8). */
export function conviction({ body, has_reasoning, ai_confidence }: StoredComment): number {
  return Math.min(1, body.length / 500) * 0.2 + (has_reasoning ? 0.2 : 0) + (ai_confidence ?? 0) * 0.6;
}

/** An author whose accuracy (0–1, null while nothing counts) has become another, their trust computed anew. */
export function withAccuracy(author: Author, accuracy: number | null, now: Date, settings: TrustSettings): Author {
  return withTrust({ ...author, avg_sentiment_accuracy: accuracy }, now, settings);
}

function withTrust(author: Author, now: Date, settings: TrustSettings): Author {
  return { ...author, trust_score: authorTrust(author, now, settings) };
}

/**
 * An accuracy, 0–1, after these results in the order in which they were resolved, then of their ids: each counts by the
 * configured weight, the very first is taken as it is (spec pipeline 10, step 3), an excluded one is passed over. With
 * null and all results of the author it is the replay after an override (spec G17).
 */
export function accuracyAfter(
  accuracy: number | null,
  results: readonly AppliedResult[],
  { accuracy_ema_weight: weight }: AccuracySettings,
): number | null {
  const counting = results.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)).map(({ is_correct }) => is_correct);
  return counting.reduce<number | null>((current, isCorrect) => {
    if (isCorrect === null) return current;
    const result = isCorrect ? 1 : 0;
    return current === null ? result : round((1 - weight) * current + weight * result, decimals);
  }, accuracy);
}

/** The accuracy that a whole history comes to, with `changed` in place of its old entries. */
export function replayedAccuracy(
  history: readonly AppliedResult[],
  changed: readonly AppliedResult[],
  settings: AccuracySettings,
): number | null {
  const results = new Map([...history, ...changed].map((result) => [result.prediction_id, result]));
  return accuracyAfter(null, [...results.values()], settings);
}

/**
 * The accuracy after further results. Those that come after `last`, the newest of the history, go on from what it is;
 * undefined where one belongs between earlier ones, so that the history must be replayed.
 */
export function continuedAccuracy(
  author: Author,
  last: AppliedResult | undefined,
  results: readonly AppliedResult[],
  settings: AccuracySettings,
): number | null | undefined {
  if (last && results.some((result) => placeOf(result) < placeOf(last))) return undefined;
  return accuracyAfter(author.avg_sentiment_accuracy, results, settings);
}

/** Predictions by author and, of each, in the order in which the accuracy takes them in. */
export function inOrderOfApplication(predictions: readonly ResolvedPrediction[]): ResolvedPrediction[] {
  const place = (prediction: ResolvedPrediction) => `${prediction.author}#${placeOf(appliedResult(prediction))}`;
  return predictions.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** Text whose order is that of resolution, then of ids. */
function placeOf({ resolved_at, prediction_id }: AppliedResult): string {
  return `${resolved_at}#${prediction_id}`;
}
