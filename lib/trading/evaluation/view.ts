import * as z from "zod";
import { dollars } from "../../runtime/money.ts";
import { portfolioNames } from "../positions/accounts.ts";
import { portfolioSchema } from "../positions/record.ts";
import type { Graduation } from "./graduation.ts";
import { type EvaluationPeriod, evaluationPeriodSchema } from "./record.ts";

/** The one parameter of `GET /evaluation-periods`. */
export const evaluationQuery = { portfolio_id: z.enum(portfolioNames) };
export type EvaluationQuery = z.infer<z.ZodObject<typeof evaluationQuery>>;

/** One entry of `GET /evaluation-periods` (spec api 8); money in dollars. */
export const evaluationPeriodViewSchema = evaluationPeriodSchema
  .omit({ value_at_period_start_cents: true })
  .extend({ value_at_period_start: z.number() })
  .meta({ id: "EvaluationPeriod" });

/** Beyond the contract: whether paper trading has proved a signal type, and why not (spec pipeline 11.1). */
export const graduationViewSchema = z
  .object({
    is_ready: z.boolean(),
    leader: portfolioSchema.shape.signal_type.nullable(),
    reasons: z.array(z.string()),
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
  ...period
}: EvaluationPeriod): z.infer<typeof evaluationPeriodViewSchema> {
  return { ...period, value_at_period_start: dollars(value_at_period_start_cents) };
}

export function toGraduationView({ isReady, leader, reasons }: Graduation): z.infer<typeof graduationViewSchema> {
  return { is_ready: isReady, leader, reasons };
}
