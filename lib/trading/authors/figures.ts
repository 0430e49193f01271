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
    counted_results: 0,
    correct_results: 0,
    early_correct: 0,
    late_correct: 0,
    ranked_skill: null,
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

/**
 * An author after further results, or with a result of their history changed, their accuracy, counts and trust anew.
 * `history`, oldest first, is all that they had. The accuracy goes on from what it is; it is replayed where a result
 * belongs among earlier ones (spec G17), or where the history was never counted.
 */
export function withResults(
  author: Author,
  history: readonly AppliedResult[],
  results: readonly AppliedResult[],
  now: Date,
  settings: TrustSettings & AccuracySettings,
): Author {
  const known = new Map([...history, ...results].map((result) => [result.prediction_id, result]));
  const counted = countedResults([...known.values()]);
  const last = history.at(-1);
  const goesOn = !last || (author.counted_results > 0 && results.every((result) => placeOf(result) > placeOf(last)));
  const fresh = new Set(results.map(({ prediction_id }) => prediction_id));
  const accuracy = goesOn
    ? accuracyAfter(
        author.avg_sentiment_accuracy,
        counted.filter(({ prediction_id }) => fresh.has(prediction_id)),
        settings,
      )
    : accuracyAfter(null, counted, settings);
  return withTrust({ ...author, avg_sentiment_accuracy: accuracy, ...countsOf(counted) }, now, settings);
}

/** Results that count, and how many were right: of all, of the first half, of the last. */
function countsOf(counted: readonly AppliedResult[]) {
  const half = Math.floor(counted.length / 2);
  const right = (results: readonly AppliedResult[]) => results.filter(({ is_correct }) => is_correct).length;
  return {
    counted_results: counted.length,
    correct_results: right(counted),
    early_correct: right(counted.slice(0, half)),
    late_correct: right(counted.slice(counted.length - half)),
  };
}

function withTrust(author: Author, now: Date, settings: TrustSettings): Author {
  return { ...author, trust_score: authorTrust(author, now, settings) };
}

/**
 * The results of one author that count, in the order in which they were resolved, then of their ids: none that a person
 * excluded, and of one contract and day of entry only the first, because ten comments on it are not ten forecasts.
 * Results from before the contract was kept count each.
 */
export function countedResults(history: readonly AppliedResult[]): AppliedResult[] {
  const seen = new Set<string>();
  return inOrder(history).filter(({ prediction_id, contract_symbol, entry_date, is_correct }) => {
    const forecast = contract_symbol === null ? prediction_id : `${contract_symbol}#${entry_date}`;
    if (is_correct === null || seen.has(forecast)) return false;
    seen.add(forecast);
    return true;
  });
}

/**
 * An accuracy, 0–1, after these results in the order in which they were resolved, then of their ids: each counts by the
 * configured weight, the very first is taken as it is (spec pipeline 10, step 3), an excluded one is passed over.
 */
export function accuracyAfter(
  accuracy: number | null,
  results: readonly AppliedResult[],
  { accuracy_ema_weight: weight }: AccuracySettings,
): number | null {
  return inOrder(results).reduce<number | null>((current, { is_correct }) => {
    if (is_correct === null) return current;
    const result = is_correct ? 1 : 0;
    return current === null ? result : round((1 - weight) * current + weight * result, decimals);
  }, accuracy);
}

function inOrder(results: readonly AppliedResult[]): AppliedResult[] {
  return results.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
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
