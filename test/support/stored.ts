import * as z from "zod";
import type { Services } from "../../lib/services.ts";
import { predictionSchema } from "../../lib/trading/predictions/record.ts";

export const predictionOf = ({ store }: Services, id: string) => store.get(store.keys.prediction(id), predictionSchema);

/** How many entries the counter of a list has counted. */
export const totalOf = async ({ store }: Services, list: string) =>
  (await store.get(store.keys.counter(list), z.object({ total: z.number() })))?.total;

/** What a phase of a run came to, as it is kept for another delivery. */
export const phaseSummary = async ({ store }: Services, { id }: { id: string }, phase: string) =>
  (await store.get(store.keys.phaseDone(id, phase), z.object({ summary: z.unknown() })))?.summary;
