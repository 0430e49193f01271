import type { Author } from "../../analysis/authors/author.ts";
import { authorTrust, type TrustSettings } from "../../analysis/authors/trust.ts";
import type { StoredComment } from "../../analysis/comments/comment.ts";
import type { Configuration } from "../../configuration/keys.ts";
import { iso } from "../../runtime/dates.ts";
import type { AppliedResult } from "../predictions/record.ts";
import { appliedResult, type ResolvedPrediction } from "../predictions/resolution.ts";
import { accuracyAfter, addComments, type ResolvedResult } from "./accuracy.ts";

export type AccuracySettings = Pick<Configuration, "accuracy_ema_weight">;

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

/** An author with the comments that a run analysed for the first time, their trust computed anew (spec pipeline 10). */
export function withComments(
  author: Author,
  comments: readonly StoredComment[],
  at: { runId: string; now: Date },
  settings: TrustSettings,
): Author {
  const analyzed = comments.map(({ author: name, body, has_reasoning, ai_confidence, score }) => ({
    author: name,
    length: body.length,
    has_reasoning: has_reasoning ?? false,
    ai_confidence: ai_confidence ?? 0,
    score,
  }));
  const counted = { ...author, ...addComments(author, analyzed), counted_run_id: at.runId, last_active: iso(at.now) };
  return withTrust(counted, at.now, settings);
}

/** An author whose accuracy (0–1, null while nothing counts) has become another, their trust computed anew. */
export function withAccuracy(author: Author, accuracy: number | null, now: Date, settings: TrustSettings): Author {
  return withTrust({ ...author, avg_sentiment_accuracy: accuracy }, now, settings);
}

function withTrust(author: Author, now: Date, settings: TrustSettings): Author {
  return { ...author, trust_score: authorTrust(author, now, settings) };
}

/** The accuracy that a whole history comes to, in the order of resolution, with `changed` in place of its old entry. */
export function replayedAccuracy(
  history: readonly AppliedResult[],
  changed: readonly AppliedResult[],
  settings: AccuracySettings,
): number | null {
  const results = new Map([...history, ...changed].map((result) => [result.prediction_id, result]));
  return accuracyAfter(null, [...results.values()].map(toResult), settings);
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
  return accuracyAfter(author.avg_sentiment_accuracy, results.map(toResult), settings);
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

function toResult({ prediction_id, resolved_at, is_correct }: AppliedResult): ResolvedResult {
  return { id: prediction_id, resolved_at, is_correct };
}
