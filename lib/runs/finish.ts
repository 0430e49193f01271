import { iso } from "../runtime/dates.ts";
import type { MetricName } from "../runtime/metrics.ts";
import { type Action, remove, update } from "../store/actions.ts";
import { ifRunActive, ifUnchanged } from "../store/expressions.ts";
import { type Failure, lifecycleFailures } from "./failure.ts";
import { readLock } from "./lock.ts";
import { dayOfRun, type Run, runSchema, type Warning, warningSchema } from "./run.ts";
import type { RunServices } from "./services.ts";

export type Outcome = { status: "completed" } | { status: "failed"; failure: Failure };

interface Ending {
  runId: string;
  attempt: number;
  outcome: Outcome;
  /** What is written together with the end; refused, nothing ends. */
  also?: (ended: Run) => Action[];
}

/** An item holds 400 KB; a run that could not be written could never end. */
const maxWarningBytes = 256 * 1024;

/** How often the end is tried when the lock changes hands between reading and writing. */
const lockRetries = 3;

/**
 * The one way a run ends, whoever notices: completion, failure, stop, time-out, console abort, recovery.
 * Does nothing (and answers false) unless the run is active in exactly this attempt, so a late or repeated witness is
 * harmless; frees the lock only if it is this run's; stores the warnings, null where there were none.
 */
export async function finishRun(services: RunServices, { runId, attempt, outcome, also }: Ending): Promise<boolean> {
  const { store, clock } = services;
  const log = services.log.with({ runId, attempt });
  for (let tries = 0; ; tries++) {
    const run = await store.get(store.keys.run(runId), runSchema);
    if (run?.status !== "running" || run.attempt !== attempt) return false;
    const now = iso(clock.now());
    const warnings = await readWarnings(services, runId);
    const lock = await readLock(services);
    const end = { ...endFields(outcome), completed_at: now, warnings };
    const actions: Action[] = [
      update(store.keys.run(runId), { set: end, remove: ["gsi2pk", "gsi2sk"] }, ifRunActive(attempt)),
      ...(also?.({ ...run, ...end }) ?? []),
    ];
    if (lock?.run_id === runId) actions.push(remove(store.keys.lock(), ifUnchanged("run_id", runId, "lock moved")));
    if (outcome.status === "completed") actions.push(...completionActions(services, run, now));
    const result = await store.transact(actions);
    if (result.applied) {
      services.metrics.add(metricOf(outcome));
      if (outcome.status === "completed") log.info("run completed");
      else log.critical("run failed", { code: outcome.failure.code, problem: outcome.failure.message });
      return true;
    }
    if (!result.refusals.includes("lock moved") || tries >= lockRetries) return false;
  }
}

/** What the run shows of its warnings: null where there are none, the first ones where there are too many for its item. */
async function readWarnings({ store, log }: RunServices, runId: string): Promise<Warning[] | null> {
  const all = await store.queryAll({ pk: store.keys.run(runId).pk, prefix: "WARNING#" }, warningSchema);
  let bytes = 0;
  const shown = all.filter((warning) => {
    bytes += Buffer.byteLength(JSON.stringify(warning));
    return bytes <= maxWarningBytes;
  });
  if (shown.length < all.length) {
    log.warn("a run has more warnings than it can show", { runId, warnings: all.length, shown: shown.length });
  }
  return shown.length > 0 ? shown : null;
}

function metricOf(outcome: Outcome): MetricName {
  if (outcome.status === "completed") return "RunCompleted";
  return outcome.failure === lifecycleFailures.stopped ? "RunStopped" : "RunFailed";
}

function endFields(outcome: Outcome): Pick<Run, "status" | "error_code" | "error_message"> {
  return outcome.status === "completed"
    ? { status: "completed", error_code: null, error_message: null }
    : { status: "failed", error_code: outcome.failure.code, error_message: outcome.failure.message };
}

/** The system's start date is that of the first completed run, written once [D20]. */
function completionActions({ store }: RunServices, run: Run, now: string): Action[] {
  return [
    update(store.keys.realmState(), { set: { last_run_completed_at: now } }),
    update(store.keys.configuration("system_start_date"), { setIfAbsent: { value: dayOfRun(run), updated_at: now } }),
  ];
}
