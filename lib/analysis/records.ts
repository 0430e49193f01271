import * as z from "zod";
import { sentimentSchema } from "./sentiment.ts";

/** What the table holds of the analysis (spec data-model 3). Times are ISO-8601 UTC. */
export const postSchema = z.object({
  id: z.string(),
  title: z.string(),
  selftext: z.string(),
  author: z.string(),
  upvotes: z.number().int(),
  total_comments: z.number().int(),
  permalink: z.string(),
  /** The first of `image_urls`, null without an image. */
  image_url: z.string().nullable(),
  image_urls: z.array(z.string()),
  /** What the vision model saw; null without an image and where it failed. */
  image_analysis: z.string().nullable(),
  fetched_at: z.string(),
});
export type Post = z.infer<typeof postSchema>;

export const parentChainEntrySchema = z.object({
  id: z.string(),
  body: z.string(),
  depth: z.number().int(),
  author: z.string(),
});

export const tickerSentimentSchema = z.object({ ticker: z.string(), sentiment: sentimentSchema });

export const commentSchema = z.object({
  /** Reddit's id: the natural key, and what deduplication looks for. */
  id: z.string(),
  post_id: z.string(),
  /** The run that last included it. */
  analysis_run_id: z.string(),
  /** The run that analysed it; never changes. */
  first_run_id: z.string().nullable(),
  author: z.string(),
  body: z.string(),
  /** The body was longer than 10,000 characters and is cut. */
  body_truncated: z.boolean().default(false),
  /** Null where an archive does not say. */
  created_utc: z.string().nullable(),
  score: z.number().int(),
  /** Null at the top level and where the parent is not stored. */
  parent_comment_id: z.string().nullable(),
  depth: z.number().int(),
  /** Immediate parent first. */
  parent_chain: z.array(parentChainEntrySchema),
  prioritization_score: z.number(),
  /** The snapshot of Phase 2; kept when the comment is seen again. */
  author_trust_score: z.number().nullable(),
  sentiment: sentimentSchema.nullable().default(null),
  sarcasm_detected: z.boolean().nullable().default(null),
  has_reasoning: z.boolean().nullable().default(null),
  reasoning_summary: z.string().nullable().default(null),
  ai_confidence: z.number().nullable().default(null),
  /** `comment_tickers`: one per ticker, in this item because they are always written and read with it. */
  ticker_sentiments: z.array(tickerSentimentSchema).default([]),
  analyzed_at: z.string().nullable().default(null),
  prompt_version: z.string().nullable().default(null),
});
export type StoredComment = z.infer<typeof commentSchema>;

/** A comment's membership in a run. `pending` becomes `analyzed` or `failed`; `known` never changes. */
export const runCommentSchema = z.object({
  comment_id: z.string(),
  post_id: z.string(),
  is_new: z.boolean(),
  state: z.enum(["pending", "analyzed", "failed", "known"]),
  /** 0 is the highest priority of its post. */
  rank: z.number().int(),
  /** The attempt of the run that answered it; what failed in an earlier one is asked again after a resume. */
  attempt: z.number().int().default(1),
});
export type RunComment = z.infer<typeof runCommentSchema>;

/** An author of comments that were analysed (spec data-model 3.2). */
export const authorSchema = z.object({
  username: z.string(),
  first_seen: z.string(),
  total_comments: z.number().int(),
  high_quality_comments: z.number().int(),
  total_upvotes: z.number().int().default(0),
  /** Running mean, 0–1. */
  avg_conviction_score: z.number().nullable().default(null),
  /** Moving average, 0–1; null until the first prediction counts. */
  avg_sentiment_accuracy: z.number().nullable(),
  /** Reserved: neither raised nor used. */
  flagged_comments: z.number().int().default(0),
  last_active: z.string().nullable().default(null),
  /** As it was last computed; tenure grows daily, so who decides by it computes it anew. */
  trust_score: z.number().default(0.5),
  /** The run whose comments were added last, so that a repeated phase adds them once. */
  counted_run_id: z.string().nullable().default(null),
  /** One more with every write; a write is refused where another came between. */
  version: z.number().int().default(0),
});
export type Author = z.infer<typeof authorSchema>;

/** One stored signal: unique per ticker, type and day. */
export const signalSchema = z.object({
  id: z.string(),
  ticker: z.string(),
  signal_type: z.enum(["quality", "consensus"]),
  signal_date: z.string(),
  prediction: z.enum(["bullish", "bearish"]),
  confidence: z.number(),
  comment_count: z.number().int(),
  sentiment_score: z.number(),
  has_reasoning: z.boolean(),
  is_emergence: z.boolean().nullable(),
  prior_7d_mentions: z.number().int().nullable(),
  distinct_users: z.number().int(),
  position_opened: z.boolean().default(false),
  /** The contributing comments, newest first. */
  comment_ids: z.array(z.string()),
  /** The run that wrote it last. */
  analysis_run_id: z.string(),
  created_at: z.string(),
  updated_at: z.string().nullable().default(null),
});
export type Signal = z.infer<typeof signalSchema>;

/** `2021-01-27.GME.quality` (DESIGN section 5). */
export function signalId(signal: { signal_date: string; ticker: string; signal_type: string }): string {
  return `${signal.signal_date}.${signal.ticker}.${signal.signal_type}`;
}
