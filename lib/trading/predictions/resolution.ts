import { costCents } from "../instruments/quantities.ts";
import type { AppliedResult, FollowedPrediction, Prediction } from "./record.ts";

/** A prediction of which nothing is left. */
export type ResolvedPrediction = FollowedPrediction & { status: "resolved"; resolved_at: string };

export function isResolved(prediction: Prediction): prediction is ResolvedPrediction {
  return prediction.status === "resolved" && prediction.resolved_at !== null;
}

/** What an author's history keeps of a resolved prediction. */
export function appliedResult(prediction: ResolvedPrediction): AppliedResult {
  const { id, author, ticker, resolved_at, is_correct, simulated_pnl_cents, trading_costs_cents } = prediction;
  const { contract_symbol, entry_date, entry_premium, contracts } = prediction;
  return {
    prediction_id: id,
    author,
    ticker,
    resolved_at,
    is_correct,
    simulated_pnl_cents,
    trading_costs_cents,
    contract_symbol,
    entry_date,
    paid_cents: costCents("option", entry_premium, contracts),
  };
}
