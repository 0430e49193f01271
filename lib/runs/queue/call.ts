import * as z from "zod";
import { iso } from "../../runtime/dates.ts";
import { update } from "../../store/actions.ts";
import { ifRunActive } from "../../store/expressions.ts";
import { execute } from "../execute.ts";
import type { RunKind } from "../kind.ts";
import type { RunRecord } from "../run.ts";
import type { RunServices } from "../services.ts";
import { noPlace, placeMoved, takeTurn } from "./places.ts";

const placesSchema = z.object({ taken: z.number().default(0) });
const waitingSchema = z.object({ id: z.string() });

/**
 * Starts the executions of those runs whose turn it is, the one that has waited longest first, until all places are
 * taken or nobody waits; nothing where the kind has no queue. Any number may call at once. A run whose start is refused
 * fails and the next is called; the refusal of `own` is thrown in the end.
 */
export async function callRuns<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  services: S,
  own?: string,
): Promise<void> {
  const places = kind.queue?.places(services) ?? 0;
  let refused: unknown;
  for (let run = await nextRun(kind, services, places); run; run = await nextRun(kind, services, places)) {
    const called = await call(kind, services, run, places);
    if (!called) continue;
    await execute(kind, services, called, []).catch((error: unknown) => {
      services.log.error("a run whose turn came was not started", { kind: kind.name, runId: called.id, error });
      if (called.id === own) refused = error;
    });
  }
  if (refused !== undefined) throw refused;
}

/** Whose turn it is; undefined where all places are taken or nobody waits. */
async function nextRun<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  { store }: S,
  places: number,
): Promise<R | undefined> {
  const keys = kind.keys(store.keys);
  const taken = (await store.get(keys.places(), placesSchema))?.taken ?? 0;
  if (taken >= places) return undefined;
  const { pk } = keys.waiting({ id: "", started_at: "" });
  const [first] = (await store.query({ pk, limit: 1 }, waitingSchema)).items;
  return first && store.get(keys.run(first.id), kind.record);
}

/** Gives the run its place; undefined where another did, where it has ended, or where the last place is gone. */
async function call<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  services: S,
  run: R,
  places: number,
): Promise<R | undefined> {
  const { store, clock } = services;
  // The longest time that it may take is counted from now on.
  const turn = { place: "taken" as const, attempt_started_at: iso(clock.now()) };
  const outcome = await store.transact([
    ...takeTurn(kind, services, run, places),
    update(kind.keys(store.keys).run(run.id), { set: turn }, ifRunActive(run.attempt)),
  ]);
  if (outcome.applied) return { ...run, ...turn };
  const expected = [noPlace, placeMoved];
  if (outcome.refusals.some((refusal) => expected.includes(refusal))) return undefined;
  throw new Error(`the run ${run.id} waits although it is over`);
}
