import * as z from "zod";
import { addDays } from "../../runtime/dates.ts";
import { dollars } from "../../runtime/money.ts";
import { shownPrice } from "../instruments/split.ts";
import { exitReasonSchema, priceSchema } from "../instruments/terms.ts";
import {
  expiredPredictionSchema,
  type FollowedPrediction,
  followedPredictionSchema,
  type Prediction,
  type PredictionExit,
  type PredictionOutcome,
  predictionExitSchema,
  predictionOutcomeSchema,
  predictionSplitSchema,
} from "./record.ts";
import { netPnlCents, outcomePnlPct, returnOnPaid } from "./rules.ts";

const price = priceSchema.nullable();
const count = z.number().int().nullable();
const text = z.string().nullable();

/** One entry of `GET /predictions` (spec api 7). What belongs to a contract is null where there was none. */
export const predictionViewSchema = z
  .object({
    ...followedPredictionSchema.pick({
      id: true,
      comment_id: true,
      author: true,
      analysis_run_id: true,
      ticker: true,
      sentiment: true,
      option_type: true,
    }).shape,
    strike_price: price,
    expiration_date: text,
    contract_symbol: text,
    /** Beyond the contract: what one contract delivers, a hundred but after some splits. */
    deliverable_shares: z.number().nullable(),
    /** Beyond the contract: splits of the underlying, in the order of their days; the figures here are after the last one. */
    splits: z.array(predictionSplitSchema.meta({ id: "PredictionSplit" })),
    entry_premium: price,
    entry_date: z.string(),
    contracts: count,
    contracts_remaining: count,
    current_premium: price,
    peak_premium: price,
    trailing_stop_active: z.boolean(),
    status: z
      .enum([...followedPredictionSchema.shape.status.options, expiredPredictionSchema.shape.status.value])
      .describe(
        "`needs_review`: something happened to the underlying that cannot be adjusted for certain (a merger, a spin-off, a " +
          "renamed symbol); it is not followed any more and never counts.",
      ),
    review_reason: text.describe("Why it needs review, as a sentence."),
    review_since: text.describe("The New York day since which it does."),
    simulated_return_pct: z
      .number()
      .nullable()
      .describe("Fraction of what was paid, before trading costs; null until resolved."),
    is_correct: z
      .boolean()
      .nullable()
      .describe(
        "Whether it gained anything after trading costs, or what a person said; null until resolved, and where they " +
          "excluded it. What was resolved before verdicts were after costs keeps the one it had. See GET /methods.",
      ),
    net: z
      .object({
        trading_costs: z.number().describe("Of all fills so far, in dollars."),
        simulated_return_pct: z.number().nullable().describe("As the one without costs; is_correct rests on it."),
      })
      .nullable()
      .describe("After what its fills would have cost beyond their paper prices; null without a contract."),
    exit_reason: exitReasonSchema.nullable(),
    hitl_override: followedPredictionSchema.shape.hitl_override.unwrap(),
    hitl_override_at: text,
    resolved_at: text,
    created_at: z.string(),
  })
  .meta({ id: "Prediction", description: "What its figures mean: GET /methods." });
type PredictionView = z.infer<typeof predictionViewSchema>;

const outcomeViewSchema = predictionOutcomeSchema
  .omit({ prediction_id: true })
  // Fraction of the entry premium, six decimals.
  .extend({ pnl_pct: z.number() })
  .meta({ id: "PredictionOutcome" });

const predictionExitViewSchema = predictionExitSchema
  .pick({
    exit_date: true,
    exit_premium: true,
    exit_reason: true,
    quantity_pct: true,
    contracts_exited: true,
    created_at: true,
  })
  .extend({ simulated_pnl: z.number().describe("In dollars, before trading costs.") })
  .meta({ id: "PredictionExit" });

/** `GET /predictions/{id}`. */
export const predictionDetailSchema = predictionViewSchema
  .extend({
    /** By day, oldest first. */
    prediction_outcomes: z.array(outcomeViewSchema),
    /** In the order in which they happened. */
    prediction_exits: z.array(predictionExitViewSchema),
  })
  .meta({ id: "PredictionDetail" });

/** A prediction as it is shown: premiums that a split has made longer than any price is are rounded. */
export function toPredictionView(prediction: Prediction): PredictionView {
  if (prediction.status === "expired") return { ...prediction, net: null };
  const { entry_premium, current_premium, simulated_return_pct, trading_costs_cents } = prediction;
  return {
    ...prediction,
    entry_premium: shownPrice(entry_premium),
    current_premium: current_premium && shownPrice(current_premium),
    net: {
      trading_costs: dollars(trading_costs_cents),
      simulated_return_pct: simulated_return_pct === null ? null : returnOnPaid(prediction, netPnlCents(prediction)),
    },
  };
}

/** What was paid, on the scale of the day of an observation. */
function entryOn({ entry_premium, entry_date, splits }: FollowedPrediction, { day_offset }: PredictionOutcome): number {
  const day = addDays(entry_date, day_offset);
  return splits.reduce((premium, { date, contracts }) => (date > day ? premium * contracts : premium), entry_premium);
}

/** A prediction with its days and its exits, both given oldest first. */
export function toPredictionDetail(
  prediction: Prediction,
  outcomes: readonly PredictionOutcome[],
  exits: readonly PredictionExit[],
): z.infer<typeof predictionDetailSchema> {
  return {
    ...toPredictionView(prediction),
    // Without a contract there is nothing to observe.
    prediction_outcomes:
      prediction.status === "expired"
        ? []
        : outcomes.map((outcome) => ({
            ...outcome,
            pnl_pct: outcomePnlPct(outcome.premium, entryOn(prediction, outcome)),
          })),
    prediction_exits: exits.map((exit) => ({ ...exit, simulated_pnl: dollars(exit.simulated_pnl_cents) })),
  };
}
