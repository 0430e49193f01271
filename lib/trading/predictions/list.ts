import type * as z from "zod";
import type { RunServices } from "../../runs/services.ts";
import { AppError } from "../../runtime/errors.ts";
import { filteredList } from "../../store/filtered-list.ts";
import type { Keys } from "../../store/keys.ts";
import { type List, type ListPage, type PageRequest, readPage } from "../../store/lists.ts";
import type { PredictionFilters } from "./filters.ts";
import { type Prediction, predictionExitSchema, predictionOutcomeSchema, predictionSchema } from "./record.ts";
import {
  type predictionDetailSchema,
  type predictionViewSchema,
  toPredictionDetail,
  toPredictionView,
} from "./view.ts";

type ReadServices = Pick<RunServices, "store">;

/** Predictions by creation descending, then id descending, with any combination of filters (spec api 7). */
export async function listPredictions(
  { store }: ReadServices,
  filters: PredictionFilters,
  page: PageRequest,
): Promise<ListPage<z.infer<typeof predictionViewSchema>>> {
  const found = await readPage(store, predictionList(store.keys, filters), page, predictionSchema);
  return { ...found, items: found.items.map(toPredictionView) };
}

function predictionList(keys: Keys, filters: PredictionFilters): List {
  const { analysis_run_id = "", ticker = "", author = "" } = filters;
  const place = keys.predictionIndex({ id: "", ticker, author, analysis_run_id, created_at: "" });
  return filteredList(
    "PREDICTIONS",
    filters,
    [
      { filter: "analysis_run_id", index: "gsi4", pk: place.gsi4pk },
      { filter: "ticker", index: "gsi2", pk: place.gsi2pk },
      { filter: "author", index: "gsi3", pk: place.gsi3pk },
    ],
    { index: "gsi1", pk: place.gsi1pk },
  );
}

/** One prediction, read strongly. Throws `NOT_FOUND`. */
export async function readPrediction({ store }: ReadServices, id: string): Promise<Prediction> {
  const prediction = await store.get(store.keys.prediction(id), predictionSchema);
  if (!prediction) throw new AppError("NotFound", "NOT_FOUND", "There is no such prediction.");
  return prediction;
}

/** One prediction with its days and exits, oldest first. Throws `NOT_FOUND`. */
export async function readPredictionDetail(
  services: ReadServices,
  id: string,
): Promise<z.infer<typeof predictionDetailSchema>> {
  const { store } = services;
  const { pk } = store.keys.prediction(id);
  const [prediction, outcomes, exits] = await Promise.all([
    readPrediction(services, id),
    store.queryAll({ pk, prefix: "OUTCOME#" }, predictionOutcomeSchema),
    store.queryAll({ pk, prefix: "EXIT#" }, predictionExitSchema),
  ]);
  return toPredictionDetail(prediction, outcomes, exits);
}
