import * as z from "zod";
import { iso } from "../../runtime/dates.ts";
import { check, put, update } from "../../store/actions.ts";
import { transactReporting } from "../../store/events.ts";
import { ifAbsent, ifRunActive } from "../../store/expressions.ts";
import { notActive } from "../errors.ts";
import type { RunKind } from "../kind.ts";
import { progressOf, reportOf } from "../report.ts";
import type { RunRecord } from "../run.ts";
import type { RunServices } from "../services.ts";
import type { PhaseDefinition } from "./definition.ts";

const begunSchema = z.object({ market_time: z.string() });

interface Beginning<I> {
  kind: RunKind;
  definition: PhaseDefinition<I>;
  services: RunServices;
  input: I;
}

/**
 * Marks the phase as begun, once, together with what the run shows of it. Where the run has no market time, this writes
 * the phase's own; retries, later attempts and further states of the same phase read it.
 */
export async function beginPhase<I>(phase: Beginning<I>, run: RunRecord): Promise<Date> {
  const { kind, services } = phase;
  const { store, clock } = services;
  const keys = kind.keys(store.keys);
  const key = keys.phaseBegun(run.id, phase.definition.number);
  const begun = await store.get(key, begunSchema);
  if (begun && run.status === "running") return new Date(begun.market_time);
  const marketTime = begun?.market_time ?? run.market_time ?? iso(clock.now());
  const shown = shownOf(phase, run);
  const outcome = await transactReporting(
    services,
    [
      ...(begun ? [] : [put({ ...key, market_time: marketTime, begun_at: iso(clock.now()) }, ifAbsent())]),
      shown
        ? update(keys.run(run.id), { set: shown }, ifRunActive(run.attempt))
        : check(keys.run(run.id), ifRunActive(run.attempt)),
    ],
    shown ? [reportOf(kind, "phase_begun", { ...run, ...shown }, progressOf({ ...run, ...shown }))] : [],
  );
  if (!outcome.applied && outcome.refusals.includes("run not active")) throw notActive(run.id, run.attempt);
  const stored = outcome.applied ? undefined : await store.get(key, begunSchema);
  return new Date(stored?.market_time ?? marketTime);
}

/**
 * What the run shows from the beginning of the phase on; undefined where that is shown already, as of a phase with
 * several states from its first one on. It never goes back.
 */
function shownOf<I>(
  { kind, definition, input }: Beginning<I>,
  run: RunRecord,
): (Pick<RunRecord, "status"> & ReturnType<typeof progressOf>) | undefined {
  const { number } = definition;
  if (run.status === "running" && number <= run.current_phase) return undefined;
  if (number < run.current_phase) return { status: "running", ...progressOf(run) };
  const { current, total } = definition.progress?.(input) ?? { current: number, total: kind.phases.length };
  const label = labelOf(kind, number);
  const progress = { progress_current: current, progress_total: total };
  return { status: "running", current_phase: number, current_phase_label: label, ...progress };
}

/** What a client sees of a phase. Throws where its kind has no phase of this number. */
export function labelOf({ name, phases }: Pick<RunKind, "name" | "phases">, number: number): string {
  const label = phases[number - 1];
  if (label === undefined) throw new RangeError(`A run of the kind ${name} has no phase ${number}.`);
  return label;
}
