import type { Configuration } from "../../configuration/keys.ts";
import { daysBetween } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import { buyFill, type FillSettings, sellFill } from "../exits/fills.ts";
import type { ExitDecision } from "../exits/steps.ts";
import { affordableQuantity, costCents } from "../instruments/quantities.ts";
import { gain } from "../instruments/returns.ts";
import { exitId, type Offered, optionTypeOf } from "../instruments/terms.ts";
import type { SelectedContract } from "../market/strikes.ts";
import {
  type ExpiredPrediction,
  type FollowedPrediction,
  type Override,
  type Prediction,
  type PredictionExit,
  type PredictionOutcome,
  predictionId,
} from "./record.ts";

/** A comment's view of one ticker; neutral ones make no prediction. */
export interface PredictedMention {
  comment_id: string;
  ticker: string;
  author: string;
  sentiment: "bullish" | "bearish";
  analysis_run_id: string;
}

/** How many contracts a prediction holds: `max(1, floor(2000 / (premium × 100)))`. */
export function predictionContracts(premium: number, settings: Pick<Configuration, "prediction_notional">): number {
  return Math.max(1, affordableQuantity("option", premium, round(settings.prediction_notional * 100, 0)));
}

/** A new prediction on a contract, or an expired one with the reason why there is none (spec pipeline 5). */
export function newPrediction(
  mention: PredictedMention,
  contract: SelectedContract | ExpiredPrediction["expired_reason"],
  at: { today: string; now: string },
  settings: FillSettings & Pick<Configuration, "prediction_notional">,
): Prediction {
  const common = {
    id: predictionId(mention.comment_id, mention.ticker),
    ...mention,
    option_type: optionTypeOf(mention.sentiment),
    entry_date: at.today,
    created_at: at.now,
    is_correct: null,
    hitl_override: null,
    hitl_override_at: null,
    accuracy_applied_at: null,
    trailing_stop_active: false as const,
    exit_reason: null,
    simulated_return_pct: null,
    resolved_at: null,
    review_reason: null,
    review_since: null,
    doubted_since: null,
    current_premium: null,
    last_checked_at: null,
    splits: [],
    version: 0,
  };
  if (typeof contract === "string") {
    return {
      ...common,
      status: "expired",
      expired_reason: contract,
      contract_symbol: null,
      strike_price: null,
      expiration_date: null,
      deliverable_shares: null,
      entry_premium: null,
      contracts: null,
      contracts_remaining: null,
      peak_premium: null,
    };
  }
  const contracts = predictionContracts(contract.mark, settings);
  const fill = buyFill("option", contract.mark, contracts, contract, settings);
  return {
    ...common,
    status: "tracking",
    expired_reason: null,
    contract_symbol: contract.contract_symbol,
    strike_price: contract.strike_price,
    expiration_date: contract.expiration_date,
    deliverable_shares: 100,
    entry_premium: contract.mark,
    contracts,
    contracts_remaining: contracts,
    peak_premium: contract.mark,
    simulated_pnl_cents: 0,
    entry_fill: fill,
    trading_costs_cents: fill.cost_cents,
    exit_count: 0,
  };
}

/**
 * A prediction after a check, and the records of its exits (spec pipeline 6.3). `observed.premium` is the one of this
 * check, null where there was none. When nothing remains it is resolved, unless it already was.
 */
export function applyPredictionDecision(
  prediction: FollowedPrediction,
  decision: ExitDecision,
  observed: { premium: number | null; offered: Offered; now: string },
  settings: FillSettings,
): { prediction: FollowedPrediction; exits: PredictionExit[] } {
  const exits = decision.exits.map(
    (exit, index): PredictionExit => ({
      id: exitId(prediction.id, prediction.exit_count + index + 1),
      prediction_id: prediction.id,
      exit_date: exit.exit_date,
      exit_premium: exit.fill_price,
      exit_reason: exit.reason,
      quantity_pct: exit.quantity_pct,
      contracts_exited: exit.quantity,
      simulated_pnl_cents:
        costCents("option", exit.fill_price, exit.quantity) -
        costCents("option", prediction.entry_premium, exit.quantity),
      fill: sellFill("option", exit, observed.offered, settings),
      observed_premium: exit.observed_price,
      created_at: observed.now,
    }),
  );
  const after: FollowedPrediction = {
    ...prediction,
    contracts_remaining: decision.instrument.remaining_quantity,
    current_premium: observed.premium ?? prediction.current_premium,
    peak_premium: decision.instrument.peak_price,
    trailing_stop_active: decision.instrument.trailing_stop_active,
    simulated_pnl_cents: exits.reduce((sum, exit) => sum + exit.simulated_pnl_cents, prediction.simulated_pnl_cents),
    trading_costs_cents: exits.reduce((sum, { fill }) => sum + (fill?.cost_cents ?? 0), prediction.trading_costs_cents),
    exit_count: prediction.exit_count + exits.length,
    exit_reason: exits.at(-1)?.exit_reason ?? prediction.exit_reason,
  };
  const isResolvedNow = after.status === "tracking" && after.contracts_remaining === 0;
  return { prediction: isResolvedNow ? resolve(after, observed.now) : after, exits };
}

function resolve(prediction: FollowedPrediction, now: string): FollowedPrediction {
  return {
    ...prediction,
    status: "resolved",
    resolved_at: now,
    simulated_return_pct: returnOnPaid(prediction, prediction.simulated_pnl_cents),
    is_correct: correctness(netPnlCents(prediction), prediction.hitl_override),
  };
}

/**
 * Right if it gained anything at all after its trading costs (spec D38, issue "Numbers that hold", 6); a person's word
 * wins, and `excluded` is neither (spec pipeline 10).
 */
export function correctness(netCents: number, override: Override | null): boolean | null {
  if (override !== null) return overriddenCorrectness(override);
  return netCents > 0;
}

/** What a prediction has gained so far, less what its fills would have cost beyond their paper prices. */
export function netPnlCents(prediction: FollowedPrediction): number {
  return prediction.simulated_pnl_cents - prediction.trading_costs_cents;
}

/** `simulated_return_pct`, before or after costs: a fraction of what was paid, six decimals; 0 where nothing was. */
export function returnOnPaid({ entry_premium, contracts }: FollowedPrediction, gainedCents: number): number {
  const paid = costCents("option", entry_premium, contracts);
  return paid === 0 ? 0 : round(gainedCents / paid, 6);
}

function overriddenCorrectness(override: Override): boolean | null {
  return override === "excluded" ? null : override === "correct";
}

/**
 * A prediction after a person's word on it (spec pipeline 10.1). The same word again changes nothing. `replayAuthor`
 * says that the author's accuracy already holds the former result and must be rebuilt.
 */
export function overridePrediction(
  prediction: Prediction,
  override: Override,
  at: string,
): { prediction: Prediction; replayAuthor: boolean } {
  if (prediction.hitl_override === override) return { prediction, replayAuthor: false };
  const is_correct = overriddenCorrectness(override);
  const after = { ...prediction, hitl_override: override, hitl_override_at: at, is_correct };
  return {
    prediction: after,
    replayAuthor: prediction.accuracy_applied_at !== null && prediction.is_correct !== is_correct,
  };
}

/** A day's observation (spec pipeline 9.2, step 5). Premium and underlying are dollars per share. */
export function predictionOutcome(
  prediction: FollowedPrediction,
  observed: { premium: number; underlyingPrice: number | null; today: string; now: string },
): PredictionOutcome {
  return {
    prediction_id: prediction.id,
    day_offset: daysBetween(prediction.entry_date, observed.today),
    premium: observed.premium,
    underlying_price: observed.underlyingPrice,
    recorded_at: observed.now,
  };
}

/** `pnl_pct` of an observation: a fraction of the entry premium, six decimals (spec api 7). */
export function outcomePnlPct(premium: number, entryPremium: number): number {
  return round(gain(entryPremium, premium), 6);
}
