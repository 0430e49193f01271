import * as z from "zod";
import { dollars, round } from "../../runtime/money.ts";
import { portfolioNames } from "../positions/accounts.ts";
import { portfolioSchema } from "../positions/record.ts";
import type { Evidence, GraduationWithEvidence } from "./graduation.ts";
import { type EvaluationPeriod, evaluationPeriodSchema } from "./record.ts";

/** The one parameter of `GET /evaluation-periods`. */
export const evaluationQuery = { portfolio_id: z.enum(portfolioNames) };
export type EvaluationQuery = z.infer<z.ZodObject<typeof evaluationQuery>>;

/** One entry of `GET /evaluation-periods` (spec api 8); money in dollars. */
export const evaluationPeriodViewSchema = evaluationPeriodSchema
  .omit({ value_at_period_start_cents: true, net_value_at_period_start_cents: true, first_worth: true })
  .extend({
    value_at_period_start: z.number().describe("In dollars, before trading costs."),
    net_value_at_period_start: z
      .number()
      .nullable()
      .describe("After the trading costs of earlier periods; null in periods from before verdicts were after costs."),
    missing: z
      .array(z.enum(["sp500", "net"]))
      .describe(
        "Why there is no verdict that counts. sp500: the index's value is not known; the next run whose source of prices " +
          "answers fills it in. net: it was completed when verdicts were before costs, and so are its figures; a run " +
          "measures it anew where its values of then were kept. Graduation counts neither.",
      ),
  })
  .meta({ id: "EvaluationPeriod", description: "After trading costs but where it says otherwise. See GET /methods." });

const evidenceSchema = z
  .object({
    periods: z
      .number()
      .int()
      .describe("Complete ones with a verdict of the present count, which begins anew after twelve."),
    independent_trades: z.number().int().describe("Closed ones; those that share ticker and day of exit count once."),
    trading_days: z.number().int(),
    days_with_both_values: z.number().int().describe("With the portfolio's and the index's value of one moment."),
    mean_daily_excess: z.number().nullable().describe("Return beyond the index's, after costs, as a fraction."),
    mean_daily_excess_error: z.number().nullable().describe("Its standard error (block bootstrap, seeded)."),
    mean_daily_excess_bound: z
      .number()
      .nullable()
      .describe("One-sided 95 % lower bound, corrected for a look after each of twelve periods."),
  })
  .meta({ id: "GraduationEvidence", description: "What each means: GET /methods." });

/** Beyond the contract: whether paper trading has proved a signal type, and why not (spec pipeline 11.1). */
export const graduationViewSchema = z
  .object({
    is_ready: z.boolean(),
    leader: portfolioSchema.shape.signal_type.nullable(),
    reasons: z.array(z.string()),
    conditions: z.array(
      z
        .object({
          condition: z.string(),
          is_met: z.boolean(),
          measured: z.number().nullable().describe("Null where it cannot be told before those above are met."),
          needed: z.number().describe("At least; the bound of the excess has to be above it."),
        })
        .meta({ id: "GraduationCondition" }),
    ),
    evidence: z.object({ quality: evidenceSchema, consensus: evidenceSchema }).describe("Of the stock portfolios."),
  })
  .meta({ id: "Graduation" });

export const evaluationMetaSchema = z
  .object({
    portfolio_id: evaluationQuery.portfolio_id,
    total: z.number().int(),
    graduation: graduationViewSchema,
  })
  .meta({ id: "EvaluationMeta" });

export function toEvaluationPeriodView({
  value_at_period_start_cents,
  net_value_at_period_start_cents: net,
  ...period
}: EvaluationPeriod): z.infer<typeof evaluationPeriodViewSchema> {
  return {
    ...period,
    value_at_period_start: dollars(value_at_period_start_cents),
    net_value_at_period_start: net === null ? null : dollars(net),
    missing: [
      ...(period.sp500_return_pct === null ? (["sp500"] as const) : []),
      ...(period.gross === null ? (["net"] as const) : []),
    ],
  };
}

export function toGraduationView(graduation: GraduationWithEvidence): z.infer<typeof graduationViewSchema> {
  const { isReady, leader, conditions, reasons, evidence } = graduation;
  return {
    is_ready: isReady,
    leader,
    reasons,
    conditions: conditions.map(({ isMet, ...condition }) => ({ ...condition, is_met: isMet })),
    evidence: { quality: toEvidenceView(evidence.quality), consensus: toEvidenceView(evidence.consensus) },
  };
}

function toEvidenceView({ periods, independentTrades, tradingDays, pairs, excess }: Evidence) {
  const rounded = (value: number | undefined) => (value === undefined ? null : round(value, 8));
  return {
    periods,
    independent_trades: independentTrades,
    trading_days: tradingDays,
    days_with_both_values: pairs,
    mean_daily_excess: rounded(excess?.mean),
    mean_daily_excess_error: rounded(excess?.standardError),
    mean_daily_excess_bound: rounded(excess?.bound),
  };
}
