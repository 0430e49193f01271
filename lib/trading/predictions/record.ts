import * as z from "zod";
import { exitReasonSchema, fillSchema, optionTypeSchema, priceSchema } from "../instruments/terms.ts";

/**
 * What the table holds of predictions (spec data-model 3.15–3.17). Premiums are dollars per share with at most four
 * decimals; money is in integer cents under names that end in `_cents` and is shown in dollars without the ending.
 */
export const overrideSchema = z.enum(["correct", "incorrect", "excluded"]);
export type Override = z.infer<typeof overrideSchema>;

const predictionFields = {
  id: z.string(),
  comment_id: z.string(),
  ticker: z.string(),
  /** The comment's author. */
  author: z.string(),
  /** The run that created it. */
  analysis_run_id: z.string(),
  sentiment: z.enum(["bullish", "bearish"]),
  option_type: optionTypeSchema,
  entry_date: z.string(),
  /** After trading costs; those resolved before they were counted keep the verdict they had. */
  is_correct: z.boolean().nullable().default(null),
  hitl_override: overrideSchema.nullable().default(null),
  hitl_override_at: z.string().nullable().default(null),
  /** When it entered its author's accuracy. */
  accuracy_applied_at: z.string().nullable().default(null),
  /** When monitoring last looked at it; a premium of that time is not looked at again. */
  last_checked_at: z.string().nullable().default(null),
  /** One more with every write; a write is refused where another came between. */
  version: z.number().int().default(0),
  created_at: z.string(),
};

/** A split of the underlying, as it was booked on a prediction. */
export const predictionSplitSchema = z.object({
  /** The day from whose opening on it counts. */
  date: z.string(),
  /** New shares for an old one. */
  ratio: z.number().positive(),
  /** Contracts for an old one: one where only what it delivers has changed. */
  contracts: z.number().int().positive(),
  created_at: z.string(),
});

/**
 * A prediction with a contract: followed until nothing remains of it, or until something happens to its underlying that
 * cannot be adjusted for certain. Then it needs review: it is not followed any more, and never counts.
 */
export const followedPredictionSchema = z.object({
  ...predictionFields,
  status: z.enum(["tracking", "resolved", "needs_review"]),
  /** The New York day of the first run that could decide nothing, although the sources answered; null where it could. */
  doubted_since: z.string().nullable().default(null),
  /** What happened, and the New York day on which it ceased to be followed. */
  review_reason: z.string().nullable().default(null),
  review_since: z.string().nullable().default(null),
  contract_symbol: z.string(),
  strike_price: priceSchema,
  expiration_date: z.string(),
  /** What one contract delivers; other than a hundred after a split that is not to whole shares. */
  deliverable_shares: z.number().nonnegative().default(100),
  /** In the order of their days. All quantities and premiums here are on the scale after the last one. */
  splits: z.array(predictionSplitSchema).default([]),
  entry_premium: priceSchema,
  contracts: z.number().int().positive(),
  contracts_remaining: z.number().int().nonnegative(),
  /** The last observed one; null before the first. */
  current_premium: priceSchema.nullable(),
  peak_premium: priceSchema,
  trailing_stop_active: z.boolean(),
  simulated_pnl_cents: z.number().int().default(0),
  entry_fill: fillSchema.nullable().default(null),
  /** What the fills so far would have cost beyond their paper prices. */
  trading_costs_cents: z.number().int().default(0),
  exit_count: z.number().int().nonnegative().default(0),
  /** Of the last exit. */
  exit_reason: exitReasonSchema.nullable().default(null),
  /** Fraction; null until resolved. */
  simulated_return_pct: z.number().nullable().default(null),
  resolved_at: z.string().nullable().default(null),
  expired_reason: z.null().default(null),
});
export type FollowedPrediction = z.infer<typeof followedPredictionSchema>;

const absent = z.null().default(null);

/** A prediction for which there was no contract: it never counts. */
export const expiredPredictionSchema = z.object({
  ...predictionFields,
  status: z.literal("expired"),
  expired_reason: z.enum(["no_valid_strike", "broker_unavailable"]),
  contract_symbol: absent,
  strike_price: absent,
  expiration_date: absent,
  deliverable_shares: absent,
  splits: z.array(predictionSplitSchema).length(0).default([]),
  entry_premium: absent,
  contracts: absent,
  contracts_remaining: absent,
  current_premium: absent,
  peak_premium: absent,
  trailing_stop_active: z.literal(false).default(false),
  exit_reason: absent,
  simulated_return_pct: absent,
  resolved_at: absent,
  doubted_since: absent,
  review_reason: absent,
  review_since: absent,
});
export type ExpiredPrediction = z.infer<typeof expiredPredictionSchema>;

export const predictionSchema = z.discriminatedUnion("status", [followedPredictionSchema, expiredPredictionSchema]);
export type Prediction = z.infer<typeof predictionSchema>;

/** One day's premium; the day's last write wins. */
export const predictionOutcomeSchema = z.object({
  prediction_id: z.string(),
  /** Calendar days since the entry. */
  day_offset: z.number().int().nonnegative(),
  premium: priceSchema,
  underlying_price: priceSchema.nullable(),
  recorded_at: z.string(),
});
export type PredictionOutcome = z.infer<typeof predictionOutcomeSchema>;

export const predictionExitSchema = z.object({
  id: z.string(),
  prediction_id: z.string(),
  exit_date: z.string(),
  exit_premium: priceSchema,
  exit_reason: exitReasonSchema,
  /** Fraction of what remained before this exit. */
  quantity_pct: z.number(),
  contracts_exited: z.number().int().positive(),
  simulated_pnl_cents: z.number().int(),
  fill: fillSchema.nullable().default(null),
  /** The premium that was seen, null where an expired option was settled. */
  observed_premium: priceSchema.nullable(),
  created_at: z.string(),
});
export type PredictionExit = z.infer<typeof predictionExitSchema>;

/** A resolved prediction in its author's history, in the order in which the accuracy took them in. */
export const appliedResultSchema = z.object({
  prediction_id: z.string(),
  author: z.string(),
  ticker: z.string(),
  resolved_at: z.string(),
  /** Null where a person excluded it. */
  is_correct: z.boolean().nullable(),
  simulated_pnl_cents: z.number().int(),
  trading_costs_cents: z.number().int(),
  /** What was bought, on which day and for how much; null in tables from before these were kept. */
  contract_symbol: z.string().nullable().default(null),
  entry_date: z.string().nullable().default(null),
  paid_cents: z.number().int().nullable().default(null),
});
export type AppliedResult = z.infer<typeof appliedResultSchema>;

/** `gk2x3y.GME`: a comment makes at most one prediction about a ticker. */
export function predictionId(commentId: string, ticker: string): string {
  return `${commentId}.${ticker}`;
}
