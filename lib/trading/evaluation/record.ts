import * as z from "zod";
import { signalTypeSchema } from "../../analysis/signals/signal.ts";
import { centsSchema, countSchema, instrumentTypeSchema } from "../instruments/terms.ts";

/** Thirty days of one portfolio. The nine figures are null while it is active. */
export const evaluationPeriodSchema = z.object({
  id: z.string(),
  portfolio_id: z.string(),
  period_start: z.string(),
  period_end: z.string(),
  instrument_type: instrumentTypeSchema,
  signal_type: signalTypeSchema,
  status: z.enum(["active", "completed"]),
  value_at_period_start_cents: centsSchema,
  /** Percent, like the next two and `avg_return_pct`. */
  portfolio_return_pct: z.number().nullable(),
  sp500_return_pct: z.number().nullable(),
  relative_performance: z.number().nullable(),
  beat_benchmark: z.boolean().nullable(),
  total_positions_closed: countSchema.nullable(),
  winning_positions: countSchema.nullable(),
  losing_positions: countSchema.nullable(),
  avg_return_pct: z.number().nullable(),
  /** Fraction. */
  signal_accuracy_pct: z.number().nullable(),
  created_at: z.string(),
});
export type EvaluationPeriod = z.infer<typeof evaluationPeriodSchema>;

/** `stocks_quality.2021-01-27` */
export function evaluationPeriodId(portfolioId: string, periodStart: string): string {
  return `${portfolioId}.${periodStart}`;
}
