import * as z from "zod";

/** By which rule it was found. */
export const signalTypeSchema = z.enum(["quality", "consensus"]);
export type SignalType = z.infer<typeof signalTypeSchema>;

/** One stored signal: unique per ticker, type and day. */
export const signalSchema = z.object({
  id: z.string(),
  ticker: z.string(),
  signal_type: signalTypeSchema,
  signal_date: z.string(),
  prediction: z.enum(["bullish", "bearish"]),
  /** Six decimals. */
  confidence: z.number().describe("A score of 0 to 1 by rule, not a probability: GET /signals/calibration shows both."),
  comment_count: z.number().int(),
  /** −1…+1, six decimals: over all mentions of the ticker in the run, neutral ones included. */
  sentiment_score: z.number(),
  has_reasoning: z.boolean(),
  /** Null in the warm-up. */
  is_emergence: z.boolean().nullable(),
  prior_7d_mentions: z.number().int().nullable(),
  distinct_users: z.number().int(),
  position_opened: z.boolean().default(false),
  /** The contributing comments, newest first, undated ones last. */
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
