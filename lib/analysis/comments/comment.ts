import * as z from "zod";
import { sentimentSchema, tickerSentimentSchema } from "./sentiment.ts";

export const parentChainEntrySchema = z.object({
  id: z.string(),
  body: z.string(),
  depth: z.number().int(),
  author: z.string(),
});
/** A comment above another one. */
export type ParentChainEntry = z.infer<typeof parentChainEntrySchema>;

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
