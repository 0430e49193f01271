import { splitContract, splitFill, splitLevel, splitPrice } from "../instruments/split.ts";
import type { OpenedSplit } from "../market/bars.ts";
import type { FollowedPrediction } from "./record.ts";

/**
 * A prediction after the splits of its underlying that came after its entry and before its expiration and are not booked
 * yet (`splitContract`). What it has gained and lost stays.
 */
export function bookSplits(
  prediction: FollowedPrediction,
  known: readonly OpenedSplit[],
  now: string,
): FollowedPrediction {
  const { entry_date, expiration_date } = prediction;
  const booked = prediction.splits.at(-1)?.date ?? entry_date;
  return known
    .filter(({ date }) => date > booked && date <= expiration_date)
    .reduce((before, split) => bookSplit(before, split, now), prediction);
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
