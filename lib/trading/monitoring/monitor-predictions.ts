import * as z from "zod";
import { chunked } from "../../runtime/chunked.ts";
import { type Action, put } from "../../store/actions.ts";
import { type CounterChanges, counterActions } from "../../store/counters.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { liveShares } from "../market/quotes.ts";
import { type FollowedPrediction, type Prediction, predictionSchema } from "../predictions/record.ts";
import { resolutionCounts, savePrediction } from "../predictions/stored.ts";
import { checkPrediction, type PredictionCheck } from "./check.ts";
import {
  type Observation,
  type Observe,
  observeExpirations,
  observePremiums,
  settlementOf,
} from "./observe-predictions.ts";
import type { Monitoring } from "./pass.ts";
import { needsReview, predictionReviewWarnings, warn } from "./reviews.ts";

/** Leaves room in a transaction for counters, the fence and the marker. */
const actionsPerWrite = 90;

/** Closes of expired underlyings that are asked for at once. */
const closesInFlight = 5;

/** Where many predictions are left, these tell which. */
const tickersNamed = 20;

const trackedSchema = z.object({ prediction_id: z.string() });

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
