import { type Action, put, remove } from "../../store/actions.ts";
import type { CounterChanges } from "../../store/counters.ts";
import { ifAbsent, ifUnchanged } from "../../store/expressions.ts";
import type { Keys } from "../../store/keys.ts";
import { exitNumber } from "../instruments/terms.ts";
import type { Prediction, PredictionExit } from "./record.ts";
import { appliedResult, type ResolvedPrediction } from "./resolution.ts";

/** Stores a prediction that is new, and lists it for monitoring. */
export function createPrediction(keys: Keys, prediction: Prediction): Action[] {
  const { id, ticker } = prediction;
  const actions = [put(predictionItem(keys, prediction), ifAbsent())];
  if (prediction.status === "tracking") actions.push(put({ ...keys.tracked(ticker, id), prediction_id: id, ticker }));
  return actions;
}

/** How many actions `createPrediction` makes at most, without counters. */
export const actionsOfCreation = 2;

/**
 * Replaces a prediction that is still as it was read, adds its exits, and where it is not followed any more, takes it from
 * the tracked ones; where it is resolved now, to those whose author has not been told.
 */
export function savePrediction(
  keys: Keys,
  before: Prediction,
  after: Prediction,
  exits: readonly PredictionExit[],
): Action[] {
  const { id, ticker, author } = after;
  const next = { ...after, version: before.version + 1 };
  const actions: Action[] = [
    put(predictionItem(keys, next), ifUnchanged("version", before.version)),
    ...exits.map((exit) => put({ ...keys.predictionExit(id, exitNumber(exit.id)), ...exit })),
  ];
  if (before.status === "tracking" && after.status !== "tracking") actions.push(remove(keys.tracked(ticker, id)));
  if (before.status === "tracking" && after.status === "resolved") {
    actions.push(put({ ...keys.unapplied(author, id), prediction_id: id, author }));
  }
  return actions;
}

/** Moves a resolved prediction from the unapplied ones into its author's history; refused as above. */
export function applyPrediction(keys: Keys, before: ResolvedPrediction, at: string): Action[] {
  const after = { ...before, accuracy_applied_at: at };
  return [
    ...savePrediction(keys, before, after, []),
    remove(keys.unapplied(after.author, after.id)),
    saveResult(keys, after),
  ];
}

/** Writes what its author's history says of a prediction; the prediction's own condition guards it. */
export function saveResult(keys: Keys, prediction: ResolvedPrediction): Action {
  const { author, resolved_at, id } = prediction;
  return put({ ...keys.applied(author, resolved_at, id), ...appliedResult(prediction) });
}

/** How a new prediction changes the totals of the lists. */
export function creationCounts(prediction: Prediction): CounterChanges {
  return {
    PREDICTIONS: 1,
    [`PREDICTIONS#author=${prediction.author}`]: 1,
    [`PREDICTIONS#ticker=${prediction.ticker}`]: 1,
    [`PREDICTIONS#analysis_run_id=${prediction.analysis_run_id}`]: 1,
    [`PREDICTIONS#status=${prediction.status}`]: 1,
  };
}

/** How a write changes the totals of the lists: not at all, unless it resolves the prediction. */
export function resolutionCounts(before: Prediction, after: Prediction): CounterChanges {
  if (before.status === after.status) return {};
  return { [`PREDICTIONS#status=${before.status}`]: -1, [`PREDICTIONS#status=${after.status}`]: 1 };
}

function predictionItem(keys: Keys, prediction: Prediction) {
  return { ...keys.prediction(prediction.id), ...keys.predictionIndex(prediction), ...prediction };
}
