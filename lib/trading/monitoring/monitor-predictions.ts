import * as z from "zod";
import { chunked } from "../../runtime/chunked.ts";
import { type Action, put } from "../../store/actions.ts";
import { type CounterChanges, counterActions } from "../../store/counters.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { type LivePrices, livePremiums, liveShares } from "../market/quotes.ts";
import { readSettlement } from "../market/stored-bars.ts";
import { type FollowedPrediction, type Prediction, predictionSchema } from "../predictions/record.ts";
import { bookSplits, doubted } from "../predictions/splits.ts";
import { resolutionCounts, savePrediction } from "../predictions/stored.ts";
import { checkPrediction, type ObservedPremium, type PredictionCheck } from "./check.ts";
import type { Monitoring } from "./pass.ts";
import { doubtsAbout, needsReview, predictionReviewWarnings, warn } from "./reviews.ts";
import { readSplits } from "./splits.ts";

/** Leaves room in a transaction for counters, the fence and the marker. */
const actionsPerWrite = 90;

/** Closes of expired underlyings that are asked for at once. */
const closesInFlight = 5;

/** Where many predictions are left, these tell which. */
const tickersNamed = 20;

const trackedSchema = z.object({ prediction_id: z.string() });

/** A prediction after its splits, or in doubt, and what is observed of it then; undefined where nothing is. */
interface Observation {
  split: FollowedPrediction;
  seen: ObservedPremium | undefined;
}

/** Undefined where nobody says whether its underlying was split, or what it closed at, and it is left as it is. */
type Observe = (prediction: FollowedPrediction) => Observation | undefined;

/**
 * Checks every tracked prediction once: those past their expiration are settled, whatever the broker does, then the
 * others are watched at their premium (spec pipeline 9.2, steps 4 and 5). Without a premium nothing is judged.
 */
export async function monitorPredictions(monitoring: Monitoring): Promise<void> {
  const { services, log, marketTime } = monitoring.context;
  const { store } = services;
  const tracked = await store.queryAll({ pk: store.keys.tracked("", "").pk }, trackedSchema);
  const due = await readDue(
    monitoring,
    tracked.map(({ prediction_id }) => prediction_id),
  );
  const shares = await liveShares(
    services,
    due.map(({ ticker }) => ticker),
    marketTime,
  );
  const expired = due.filter(({ expiration_date }) => expiration_date < monitoring.today);
  const settlements = [...Map.groupBy(expired, settlementOf).values()];
  const undecided: FollowedPrediction[] = [];
  // The source may take minutes to say nothing: what a few closes settle is written before others are asked for.
  for (const few of chunked(settlements, closesInFlight)) {
    monitoring.stopIfLate();
    const observe = await observeExpirations(monitoring, few, shares);
    undecided.push(...few.flat().filter((prediction) => isUndecided(observe(prediction))));
    await checkAll(monitoring, few.flat(), observe);
  }

  const alive = due.filter(({ expiration_date }) => expiration_date >= monitoring.today);
  const observe = await observePremiums(monitoring, alive, shares);
  undecided.push(...alive.filter((prediction) => isUndecided(observe(prediction))));
  const unobserved = alive.filter((prediction) => {
    const { split = prediction, seen } = observe(prediction) ?? {};
    return !seen && !needsReview(split);
  });
  if (unobserved.length > 0) {
    log.warn("predictions without a premium are left to the next run", {
      predictions: unobserved.length,
      tickers: tickersOf(unobserved),
    });
  }
  if (undecided.length > 0) await monitoring.context.commit([uncheckedWarning(monitoring, undecided)]);
  await checkAll(monitoring, alive, observe);
}

/** Whether nobody says enough, or what they say contradicts itself, and a person need not look yet. */
function isUndecided(observation: Observation | undefined): boolean {
  return !observation || (observation.split.doubted_since !== null && !needsReview(observation.split));
}

function tickersOf(predictions: readonly FollowedPrediction[]): string[] {
  return [...new Set(predictions.map(({ ticker }) => ticker))].slice(0, tickersNamed);
}

/** One for all of them: while the source of daily prices is down, there may be hundreds. */
function uncheckedWarning({ context }: Monitoring, predictions: readonly FollowedPrediction[]) {
  const tickers = tickersOf(predictions);
  return context.warning({
    type: "predictions_unchecked",
    subject: "",
    message: `Daily prices of ${tickers.join(", ")} are missing; ${predictions.length} predictions wait for a run that knows them.`,
    ticker: null,
    context: { predictions: predictions.length, tickers },
  });
}

/** Those of `ids` that are tracked and not yet looked at at this market time; by id, so that batches are the same. */
async function readDue({ context, now }: Monitoring, ids: readonly string[]): Promise<FollowedPrediction[]> {
  const { store } = context.services;
  const found = await store.getMany(
    ids.map((id) => store.keys.prediction(id)),
    predictionSchema,
  );
  return found.filter((prediction) => isDue(prediction, now)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function isDue(prediction: Prediction, now: string): prediction is FollowedPrediction {
  // One that a later market time has made is not there yet for a run that goes back behind it.
  const { status, created_at, last_checked_at } = prediction;
  return status === "tracking" && created_at <= now && (last_checked_at ?? "") < now;
}

/** Of predictions that are settled together: the underlying's splits and its close, once per ticker and expiration. */
async function observeExpirations(
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

function settlementOf({ ticker, expiration_date }: FollowedPrediction): string {
  return `${ticker} ${expiration_date}`;
}

async function observePremiums(
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

/** Writes the checks, as many per transaction as fit, one transaction after the other. */
async function checkAll(
  monitoring: Monitoring,
  predictions: readonly FollowedPrediction[],
  observe: Observe,
): Promise<void> {
  const reviewed = predictions.flatMap((prediction) => observe(prediction)?.split ?? []).filter(needsReview);
  // First: once the predictions are written, a repeated call does not look at them again.
  await warn(monitoring, predictionReviewWarnings(monitoring, reviewed));
  const writes = predictions.flatMap((prediction) => writeOf(monitoring, prediction, observe) ?? []);
  for (const batch of batches(writes)) {
    monitoring.stopIfLate();
    if (await commitWrites(monitoring, batch)) continue;
    // A person's word on one of them, or another invocation, came between.
    for (const { id } of batch) await checkAlone(monitoring, id, observe);
  }
}

async function checkAlone(monitoring: Monitoring, id: string, observe: Observe): Promise<void> {
  await decideAnew(monitoring.context.services, async () => {
    const [prediction] = await readDue(monitoring, [id]);
    const write = prediction && writeOf(monitoring, prediction, observe);
    return !write || (await commitWrites(monitoring, [write])) || undefined;
  });
}

interface Write {
  id: string;
  actions: Action[];
  counts: CounterChanges;
}

function writeOf(monitoring: Monitoring, prediction: FollowedPrediction, observe: Observe): Write | undefined {
  const { context, configuration: settings, now, today } = monitoring;
  const { keys } = context.services.store;
  const { split, seen } = observe(prediction) ?? {};
  if (!split || (!seen && split === prediction)) return undefined;
  const counts = resolutionCounts(prediction, split);
  if (!seen) return { id: prediction.id, actions: savePrediction(keys, prediction, split, []), counts };
  const { after, exits, outcome }: PredictionCheck = checkPrediction(split, seen, { now, today, settings });
  const actions = savePrediction(keys, prediction, after, exits);
  if (outcome) actions.push(put({ ...keys.predictionOutcome(prediction.id, outcome.day_offset), ...outcome }));
  return { id: prediction.id, actions, counts: resolutionCounts(prediction, after) };
}

function batches(writes: readonly Write[]): Write[][] {
  const filled: Write[][] = [];
  let room = 0;
  for (const write of writes) {
    const { length } = write.actions;
    if (length > room) {
      filled.push([]);
      room = actionsPerWrite;
    }
    filled.at(-1)?.push(write);
    room -= length;
  }
  return filled;
}

async function commitWrites({ context }: Monitoring, writes: readonly Write[]): Promise<boolean> {
  const counters = counterActions(
    context.services.store.keys,
    writes.map(({ counts }) => counts),
  );
  const written = await context.commit([...writes.flatMap(({ actions }) => actions), ...counters]);
  return written.applied;
}
