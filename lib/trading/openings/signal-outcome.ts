import * as z from "zod";

export const skipReasonSchema = z.enum([
  "bearish_long_only",
  "portfolio_full",
  "safeguard_blocked",
  "no_valid_strike",
  "insufficient_cash",
  "price_unavailable",
  "size_too_small",
  "market_closed",
  "cryptocurrency",
]);

export type SkipReason = z.infer<typeof skipReasonSchema>;

/** What became of a signal in a portfolio; the last run that looked at it wins. */
export const signalOutcomeSchema = z.object({
  signal_id: z.string(),
  portfolio_id: z.string(),
  outcome: z.enum(["opened", "skipped"]),
  skip_reason: skipReasonSchema.nullable(),
  position_id: z.string().nullable(),
  run_id: z.string(),
  evaluated_at: z.string(),
});

export type SignalOutcome = z.infer<typeof signalOutcomeSchema>;
