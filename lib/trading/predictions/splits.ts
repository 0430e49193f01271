import { splitContract, splitFill, splitLevel, splitPrice } from "../instruments/split.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { type Doubt, reviewReason } from "../market/doubts.ts";
import type { FollowedPrediction } from "./record.ts";

/** Those that came after its entry and before its expiration, and are not booked yet. */
function dueSplits({ entry_date, expiration_date, splits }: FollowedPrediction, known: readonly OpenedSplit[]) {
  const booked = splits.at(-1)?.date ?? entry_date;
  return known.filter(({ date }) => date > booked && date <= expiration_date);
}

/**
 * A prediction that no rule can judge now: taken from those that are followed, or still waiting for an explanation; null
 * where it can be judged.
 */
export function doubted(
  prediction: FollowedPrediction,
  { splits, doubt }: { splits: readonly OpenedSplit[]; doubt: Doubt | null },
  today: string,
): FollowedPrediction | null {
  const { ticker, doubted_since } = prediction;
  const held = { doubtedSince: doubted_since, due: dueSplits(prediction, splits), doubt };
  const review_reason = reviewReason(ticker, held, today);
  if (review_reason !== null) return { ...prediction, status: "needs_review", review_reason, review_since: today };
  if (doubt === null) return null;
  return doubted_since === null ? { ...prediction, doubted_since: today } : prediction;
}

/**
 * A prediction after the splits of its underlying that are due (`splitContract`), of which there is no doubt any more. What
 * it has gained and lost stays.
 */
export function bookSplits(
  prediction: FollowedPrediction,
  known: readonly OpenedSplit[],
  now: string,
): FollowedPrediction {
  const certain = prediction.doubted_since === null ? prediction : { ...prediction, doubted_since: null };
  return dueSplits(prediction, known).reduce((before, split) => bookSplit(before, split, now), certain);
}

function bookSplit(before: FollowedPrediction, { date, ratio }: OpenedSplit, now: string): FollowedPrediction {
  const { contracts, contract_symbol, strike_price, deliverable_shares } = splitContract(before, ratio);
  return {
    ...before,
    contract_symbol,
    strike_price,
    deliverable_shares,
    contracts: before.contracts * contracts,
    contracts_remaining: before.contracts_remaining * contracts,
    entry_premium: splitPrice(before.entry_premium, contracts),
    current_premium: before.current_premium && splitPrice(before.current_premium, contracts),
    peak_premium: splitLevel(before.peak_premium, contracts),
    entry_fill: before.entry_fill && splitFill(before.entry_fill, contracts),
    splits: [...before.splits, { date, ratio, contracts, created_at: now }],
  };
}
