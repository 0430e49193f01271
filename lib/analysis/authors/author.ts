import * as z from "zod";

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
  /** Results that count, and those of them that were right: one for each contract and day of entry. */
  counted_results: z.number().int().default(0),
  correct_results: z.number().int().default(0),
  /** The right ones of the first and of the last half of them; of an odd number the middle one is in neither. */
  early_correct: z.number().int().default(0),
  late_correct: z.number().int().default(0),
  /** The skill by which lists have it, as the last run left it; absent in tables from before there was one. */
  ranked_skill: z.number().nullable().optional(),
  /** The run whose comments were added last, so that a repeated phase adds them once. */
  counted_run_id: z.string().nullable().default(null),
  /** One more with every write; a write is refused where another came between. */
  version: z.number().int().default(0),
});

export type Author = z.infer<typeof authorSchema>;
