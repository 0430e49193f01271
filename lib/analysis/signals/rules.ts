import { mean } from "simple-statistics";
import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import { deletedAuthor } from "../authors/trust.ts";
import type { StoredComment } from "../comments/comment.ts";
import type { Sentiment } from "../comments/sentiment.ts";
import { alignmentTerm, type ConfidenceSettings, signalConfidence, volumeTerm } from "./confidence.ts";
import type { Signal } from "./signal.ts";

/** A stored comment, with what it says of one ticker as its sentiment. A comment mentions a ticker once. */
export type TickerMention = Pick<
  StoredComment,
  "id" | "author" | "has_reasoning" | "sarcasm_detected" | "ai_confidence" | "author_trust_score" | "created_utc"
> & { sentiment: Sentiment };

export type SignalSettings = ConfidenceSettings &
  Pick<
    Configuration,
    | "quality_min_users"
    | "quality_min_confidence"
    | "consensus_min_comments"
    | "consensus_min_users"
    | "consensus_min_alignment"
  >;

/** What a fired signal says, as it is stored. */
export type FiredSignal = Pick<
  Signal,
  | "ticker"
  | "signal_type"
  | "prediction"
  | "confidence"
  | "comment_count"
  | "distinct_users"
  | "has_reasoning"
  | "sentiment_score"
  | "comment_ids"
>;

/** The signals of one ticker in one run: none, one, or both types, possibly in opposite directions (spec pipeline 7). */
export function signalsOfTicker(
  ticker: string,
  mentions: readonly TickerMention[],
  settings: SignalSettings,
): FiredSignal[] {
  return [detectQuality(ticker, mentions, settings), detectConsensus(ticker, mentions, settings)].filter(
    (signal) => signal !== null,
  );
}

/** How many different people wrote these; deleted accounts share one name and count as nobody. */
export function distinctUsers(mentions: readonly { author: string }[]): number {
  return new Set(mentions.map((mention) => mention.author).filter((author) => author !== deletedAuthor)).size;
}

/** Several people with substantive, non-sarcastic reasons, all in one direction (spec pipeline 7.1). */
function detectQuality(
  ticker: string,
  mentions: readonly TickerMention[],
  settings: SignalSettings,
): FiredSignal | null {
  const qualifying = mentions.filter(
    (mention) =>
      mention.has_reasoning &&
      !mention.sarcasm_detected &&
      (mention.ai_confidence ?? 0) >= settings.quality_min_confidence &&
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
  mentions: readonly TickerMention[],
  settings: SignalSettings,
): FiredSignal | null {
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

function countDirections(mentions: readonly TickerMention[]): { bullish: number; bearish: number } {
  const bullish = mentions.filter((mention) => mention.sentiment === "bullish").length;
  return { bullish, bearish: mentions.filter((mention) => mention.sentiment === "bearish").length };
}

function describe(ticker: string, mentions: readonly TickerMention[], contributing: readonly TickerMention[]) {
  const { bullish, bearish } = countDirections(contributing);
  const value = { bullish: 1, bearish: -1, neutral: 0 };
  return {
    ticker,
    prediction: bullish > bearish ? ("bullish" as const) : ("bearish" as const),
    comment_count: contributing.length,
    distinct_users: distinctUsers(contributing),
    has_reasoning: contributing.some((mention) => mention.has_reasoning),
    sentiment_score: round(mean(mentions.map((mention) => value[mention.sentiment])), 6),
    comment_ids: contributing.toSorted(newestFirst).map((mention) => mention.id),
  };
}

function newestFirst(a: TickerMention, b: TickerMention): number {
  const [timeA, timeB] = [a.created_utc ?? "", b.created_utc ?? ""];
  if (timeA !== timeB) return timeA > timeB ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
