import * as z from "zod";
import { signalTypeSchema } from "../../analysis/signals/signal.ts";
import { centsSchema, countSchema, instrumentTypeSchema } from "../instruments/terms.ts";
import { portfolioValueSchema } from "../positions/record.ts";

const percent = () => z.number().nullable();
const count = () => countSchema.nullable();

/** What a portfolio was worth, beside the index at that moment where both were kept together. */
const worthSchema = portfolioValueSchema.pick({
  date: true,
  value_cents: true,
  net_value_cents: true,
  benchmark_price: true,
});
export type Worth = z.infer<typeof worthSchema>;

/** The figures that differ before and after trading costs. */
const resultFields = {
  portfolio_return_pct: percent().describe("Percent, like the other fields in …_pct but signal_accuracy_pct."),
  relative_performance: percent().describe("Percentage points beyond the S&P 500's price return."),
  beat_benchmark: z.boolean().nullable().describe("Null while the index's value is not known."),
  winning_positions: count().describe("Those closed that gained anything."),
  losing_positions: count(),
  avg_return_pct: percent().describe("Mean over the positions closed, each in percent of what was paid for it."),
  signal_accuracy_pct: percent().describe("Share of the positions closed that won, a fraction."),
};

/** Thirty days of one portfolio, after trading costs. What is measured is null while it is active. */
export const evaluationPeriodSchema = z.object({
  id: z.string(),
  portfolio_id: z.string(),
  period_start: z.string(),
  period_end: z.string(),
  instrument_type: instrumentTypeSchema,
  signal_type: signalTypeSchema,
  status: z.enum(["active", "completed"]),
  value_at_period_start_cents: centsSchema,
  /** After the trading costs of earlier periods; null in tables from before verdicts were after costs, like `gross`. */
  net_value_at_period_start_cents: centsSchema.nullable().default(null),
  /** What a portfolio's first period begins with; null of later ones, which begin with what their first day ended with. */
  first_worth: worthSchema.nullable().default(null),
  ...resultFields,
  sp500_return_pct: percent().describe("Of the index's price, without dividends; the verdict rests on it."),
  sp500_total_return_pct: percent().default(null).describe("With dividends; null where they are not known."),
  total_positions_closed: count(),
  gross: z
    .object(resultFields)
    .meta({ id: "GrossPeriod", description: "Before trading costs. See GET /methods." })
    .nullable()
    .default(null)
    .describe("The same before trading costs; null where the figures themselves are before costs, see `missing`."),
  created_at: z.string(),
});
export type EvaluationPeriod = z.infer<typeof evaluationPeriodSchema>;

/** Whether a completed period says after costs how it stands against the index: no other one proves anything. */
export function isJudged({ relative_performance, gross }: EvaluationPeriod): boolean {
  return relative_performance !== null && gross !== null;
}

/** `stocks_quality.2021-01-27` */
export function evaluationPeriodId(portfolioId: string, periodStart: string): string {
  return `${portfolioId}.${periodStart}`;
}
