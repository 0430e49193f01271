import * as z from "zod";
import { withBaseRate } from "../../analysis/authors/population.ts";
import { readPopulation } from "../../analysis/authors/stored-population.ts";
import { deletedAuthor } from "../../analysis/authors/trust.ts";
import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import type { RunServices } from "../../runs/services.ts";
import type { Action } from "../../store/actions.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import type { Store } from "../../store/table.ts";
import { readPrediction } from "../predictions/list.ts";
import { type Override, overrideSchema, type Prediction } from "../predictions/record.ts";
import { appliedResult, isResolved, type ResolvedPrediction } from "../predictions/resolution.ts";
import { overridePrediction } from "../predictions/rules.ts";
import { savePrediction, saveResult } from "../predictions/stored.ts";
import { newAuthor, withResults } from "./figures.ts";
import { readHistory } from "./history.ts";
import { readAuthors, saveAuthors } from "./stored.ts";

type OverrideServices = Pick<RunServices, "store" | "config" | "clock" | "sleep" | "ids">;

/** The body of `PATCH /predictions/{id}/override`. */
export const overrideBodySchema = z.strictObject({ override_result: overrideSchema }).meta({ id: "OverrideRequest" });

/**
 * Records a person's word on a prediction, in any status; the same word again changes nothing (spec pipeline 10.1).
 * Where the author's accuracy already holds the former result, it is rebuilt from their history in the same
 * transaction. Throws `NOT_FOUND`, and `StoreUnavailable` where other writes keep coming between.
 */
export async function overrideResult(
  services: OverrideServices,
  id: string,
  { override_result }: { override_result: Override },
): Promise<Prediction> {
  const { store } = services;
  const moment = await readMoment(services);
  return decideAnew(services, async () => {
    const before = await readPrediction(services, id);
    const { prediction: after, replayAuthor } = overridePrediction(before, override_result, moment.now);
    if (after === before) return before;
    const replay = replayAuthor && isResolved(after) ? await replayActions(store, after, moment) : [];
    const { applied } = await store.transact([...savePrediction(store.keys, before, after, []), ...replay]);
    return applied ? after : undefined;
  });
}

/** Rewrites the author's figures and what their history says of the prediction. */
async function replayActions(
  store: Store,
  prediction: ResolvedPrediction,
  { marketTime, settings }: MarketMoment,
): Promise<Action[]> {
  const { author: name } = prediction;
  if (name === deletedAuthor) return [saveResult(store.keys, prediction)];
  // Before the history: it changes together with its author, whose version then refuses the write.
  const before = (await readAuthors(store, [name])).get(name);
  const history = await readHistory(store, name);
  const trust = withBaseRate(settings, await readPopulation(store));
  const author = before ?? newAuthor(name, marketTime);
  const after = withResults(author, history, [appliedResult(prediction)], marketTime, trust);
  return [...saveAuthors(store.keys, [{ before, after }]), saveResult(store.keys, prediction)];
}
