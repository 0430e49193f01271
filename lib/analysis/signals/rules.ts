import { mean } from "simple-statistics";
import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import { deletedAuthor } from "../authors/trust.ts";
import type { Sentiment } from "../comments/sentiment.ts";
import { alignmentTerm, type ConfidenceSettings, signalConfidence, volumeTerm } from "./confidence.ts";
import type { SignalType } from "./signal.ts";

/** What one comment of the run says about one ticker. A comment mentions a ticker once. */
export interface Mention {
  commentId: string;
  author: string;
  /** About this ticker, not the comment's overall one. */
  sentiment: Sentiment;
  hasReasoning: boolean;
  sarcasm: boolean;
  /** 0–1 */
  aiConfidence: number;
  /** The snapshot of Phase 2, 0–1; null counts as 0.5. */
  trust: number | null;
  /** ISO-8601 UTC; null where the archive has no time. */
  createdAt: string | null;
}

export type SignalSettings = ConfidenceSettings &
  Pick<
    Configuration,
    | "quality_min_users"
    | "quality_min_confidence"
    | "consensus_min_comments"
    | "consensus_min_users"
    | "consensus_min_alignment"
  >;

/** A fired signal, in the names it is stored under. */
export interface DetectedSignal {
  ticker: string;
  signal_type: SignalType;
  prediction: "bullish" | "bearish";
  /** 0–1, six decimals */
  confidence: number;
  comment_count: number;
  distinct_users: number;
  has_reasoning: boolean;
  /** −1…+1, six decimals: over all mentions of the ticker in the run, neutral ones included. */
  sentiment_score: number;
  /** The contributing comments, newest first, undated ones last. */
  commentIds: string[];
}

/** The signals of one ticker in one run: none, one, or both types, possibly in opposite directions (spec pipeline 7). */
export function detectSignals(
  ticker: string,
  mentions: readonly Mention[],
  settings: SignalSettings,
): DetectedSignal[] {
  return [detectQuality(ticker, mentions, settings), detectConsensus(ticker, mentions, settings)].filter(
    (signal) => signal !== null,
  );
}

/** How many different people wrote these; deleted accounts share one name and count as nobody. */
export function distinctUsers(mentions: readonly { author: string }[]): number {
  return new Set(mentions.map((mention) => mention.author).filter((author) => author !== deletedAuthor)).size;
}

/** Several people with substantive, non-sarcastic reasons, all in one direction (spec pipeline 7.1). */
function detectQuality(ticker: string, mentions: readonly Mention[], settings: SignalSettings): DetectedSignal | null {
  const qualifying = mentions.filter(
    (mention) =>
      mention.hasReasoning &&
      !mention.sarcasm &&
      mention.aiConfidence >= settings.quality_min_confidence &&
      mention.sentiment !== "neutral",
  );
  const { bullish, bearish } = countDirections(qualifying);
  const users = distinctUsers(qualifying);
  if (users < settings.quality_min_users || (bullish > 0 && bearish > 0)) return null;
  const terms = { volume: volumeTerm(users, settings.quality_min_users), alignment: 1 };
  return {
    signal_type: "quality",
    confidence: signalConfidence(terms, qualifying, settings),
    ...describe(ticker, mentions, qualifying),
  };
}

/** A large volume of aligned sentiment (spec pipeline 7.2). */
function detectConsensus(
  ticker: string,
  mentions: readonly Mention[],
  settings: SignalSettings,
): DetectedSignal | null {
  const directed = mentions.filter((mention) => mention.sentiment !== "neutral");
  if (directed.length === 0) return null;
  const { bullish, bearish } = countDirections(directed);
  const alignment = Math.max(bullish, bearish) / directed.length;
  if (
    directed.length < settings.consensus_min_comments ||
    distinctUsers(directed) < settings.consensus_min_users ||
    alignment < settings.consensus_min_alignment
  ) {
    return null;
  }
  const terms = {
    volume: volumeTerm(directed.length, settings.consensus_min_comments),
    alignment: alignmentTerm(alignment, settings.consensus_min_alignment),
  };
  return {
    signal_type: "consensus",
    confidence: signalConfidence(terms, directed, settings),
    ...describe(ticker, mentions, directed),
  };
}

function countDirections(mentions: readonly Mention[]): { bullish: number; bearish: number } {
  const bullish = mentions.filter((mention) => mention.sentiment === "bullish").length;
  return { bullish, bearish: mentions.filter((mention) => mention.sentiment === "bearish").length };
}

function describe(ticker: string, mentions: readonly Mention[], contributing: readonly Mention[]) {
  const { bullish, bearish } = countDirections(contributing);
  const value = { bullish: 1, bearish: -1, neutral: 0 };
  return {
    ticker,
    prediction: bullish > bearish ? ("bullish" as const) : ("bearish" as const),
    comment_count: contributing.length,
    distinct_users: distinctUsers(contributing),
    has_reasoning: contributing.some((mention) => mention.hasReasoning),
    sentiment_score: round(mean(mentions.map((mention) => value[mention.sentiment])), 6),
    commentIds: contributing.toSorted(newestFirst).map((mention) => mention.commentId),
  };
}

function newestFirst(a: Mention, b: Mention): number {
  const [timeA, timeB] = [a.createdAt ?? "", b.createdAt ?? ""];
  if (timeA !== timeB) return timeA > timeB ? -1 : 1;
  return a.commentId < b.commentId ? -1 : 1;
}
