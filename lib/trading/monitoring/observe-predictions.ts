import { type LivePrices, livePremiums } from "../market/quotes.ts";
import { readSettlement } from "../market/stored-bars.ts";
import type { FollowedPrediction } from "../predictions/record.ts";
import { bookSplits, doubted } from "../predictions/splits.ts";
import type { ObservedPremium } from "./check.ts";
import type { Monitoring } from "./pass.ts";
import { doubtsAbout, needsReview } from "./reviews.ts";
import { readSplits } from "./splits.ts";

/** A prediction after its splits, or in doubt, and what is observed of it then; undefined where nothing is. */
export interface Observation {
  split: FollowedPrediction;
  seen: ObservedPremium | undefined;
}

/** Undefined where nobody says whether its underlying was split, or what it closed at, and it is left as it is. */
export type Observe = (prediction: FollowedPrediction) => Observation | undefined;

/** Of predictions that are settled together: the underlying's splits and its close, once per ticker and expiration. */
export async function observeExpirations(
  monitoring: Monitoring,
  settlements: readonly (readonly FollowedPrediction[])[],
  shares: LivePrices,
): Promise<Observe> {
  const explain = await readSplitsOf(monitoring, settlements.flat(), shares);
  const settled = await Promise.all(settlements.map((together) => readSettlementOf(monitoring, together)));
  const known = new Map(settled.flat());
  return (prediction) => {
    const settlement = known.get(settlementOf(prediction));
    const { inDoubt } = explain(prediction, settlement?.splits);
    if (inDoubt) return { split: inDoubt, seen: undefined };
    if (!settlement) return undefined;
    const split = bookSplits(prediction, settlement.splits, monitoring.now);
    return { split, seen: { premium: null, expirationClose: settlement.close } };
  };
}

/** Tells of a prediction the splits of its underlying since its last check, or how it stands where they are in doubt. */
async function readSplitsOf(monitoring: Monitoring, predictions: readonly FollowedPrediction[], shares: LivePrices) {
  const unseen = predictions.map((each) => ({ ticker: each.ticker, since: unseenSince(each) }));
  const read = await readSplits(monitoring, unseen, shares);
  const undecided = unseen.map(({ ticker }) => ticker).filter((ticker) => !read.known.has(ticker));
  const doubts = await doubtsAbout(monitoring, undecided, read, shares);
  return (prediction: FollowedPrediction, splits = read.known.get(prediction.ticker)) => {
    const facts = { splits: splits ?? [], doubt: doubts.get(prediction.ticker) ?? null };
    return { splits, inDoubt: doubted(prediction, facts, monitoring.today) };
  };
}

async function readSettlementOf({ context }: Monitoring, together: readonly FollowedPrediction[]) {
  const [first] = together;
  if (!first) return [];
  const since = together.map(unseenSince).toSorted()[0] ?? first.created_at;
  const facts = { ticker: first.ticker, since, day: first.expiration_date };
  const settlement = await readSettlement(context.services, facts, context.marketTime);
  return [[settlementOf(first), settlement] as const];
}

function unseenSince({ last_checked_at, created_at }: FollowedPrediction): string {
  return last_checked_at ?? created_at;
}

/** What is settled together. */
export function settlementOf({ ticker, expiration_date }: FollowedPrediction): string {
  return `${ticker} ${expiration_date}`;
}

export async function observePremiums(
  monitoring: Monitoring,
  alive: readonly FollowedPrediction[],
  shares: LivePrices,
): Promise<Observe> {
  const { services, marketTime } = monitoring.context;
  const explain = await readSplitsOf(monitoring, alive, shares);
  const splitOf = (prediction: FollowedPrediction) => {
    const { splits, inDoubt } = explain(prediction);
    return inDoubt ?? (splits && bookSplits(prediction, splits, monitoring.now));
  };
  const contracts = alive.flatMap((prediction) => splitOf(prediction)?.contract_symbol ?? []);
  const premiums = await livePremiums(services, contracts, marketTime);
  return (prediction) => {
    const split = splitOf(prediction);
    if (!split) return undefined;
    if (needsReview(split) || split.doubted_since !== null) return { split, seen: undefined };
    const live = premiums.get(split.contract_symbol);
    const underlyingPrice = shares.get(prediction.ticker)?.price ?? null;
    return { split, seen: live ? { premium: live.price, offered: live.offered, underlyingPrice } : undefined };
  };
}
