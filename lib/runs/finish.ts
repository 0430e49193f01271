import { iso } from "../runtime/dates.ts";
import { type Action, update } from "../store/actions.ts";
import { transactReporting } from "../store/events.ts";
import { ifRunActive } from "../store/expressions.ts";
import type { Outcome } from "./failure.ts";
import type { RunKind } from "./kind.ts";
import { freeLock, lockMoved, readLock } from "./lock.ts";
import { leavePlace, placeMoved } from "./queue/places.ts";
import { reportOf } from "./report.ts";
import { isActive, type RunRecord, type Warning } from "./run.ts";
import type { RunServices } from "./services.ts";
import { warningSchemaOf } from "./warnings.ts";

interface Ending<R extends RunRecord> {
  runId: string;
  attempt: number;
  outcome: Outcome;
  /** What is written together with the end; refused, nothing ends. */
  also?: (ended: R) => Action[];
}

/** An item holds 400 KB; a run that could not be written could never end. */
const maxWarningBytes = 256 * 1024;

const endMetrics = { completed: "RunCompleted", failed: "RunFailed", stopped: "RunStopped" } as const;

/** How often the end is tried when the lock changes hands, or the run's turn comes, between reading and writing. */
const movedRetries = 3;

/**
 * The one way a run ends, whoever notices: completion, failure, stop, time-out, console abort, recovery.
 * Answers the status it gave the run. Does nothing (and answers undefined) unless the run is active in exactly this
 * attempt, so a late or repeated witness is harmless; frees the lock only if it is this run's; stores the warnings, null
 * where there were none.
 */
export async function finishRun<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  services: S,
  { runId, attempt, outcome, also }: Ending<R>,
): Promise<string | undefined> {
  const { store, clock } = services;
  const keys = kind.keys(store.keys);
  for (let tries = 0; ; tries++) {
    const run = await store.get(keys.run(runId), kind.record);
    if (!run || !isActive(run) || run.attempt !== attempt) return undefined;
    const now = iso(clock.now());
    const end = {
      ...endFields(kind, run, outcome),
      ...kind.ending?.(run, outcome),
      completed_at: now,
      place: null,
      warnings: await readWarnings(kind, services, run),
    };
    const lock = await readLock(kind, services);
    const changes = [
      update(keys.run(runId), { set: end, remove: ["gsi2pk", "gsi2sk"] }, ifRunActive(attempt)),
      ...(also?.({ ...run, ...end }) ?? []),
      ...(lock?.run_id === runId ? freeLock(kind, services, runId) : []),
      ...leavePlace(kind, services, run),
    ];
    const { status, error_code, error_message } = end;
    const report = reportOf(kind, "run_ended", { ...run, status }, { error_code, error_message });
    const result = await transactReporting(services, changes, [report]);
    if (result.applied) {
      logEnd(kind, services, run, outcome);
      return status;
    }
    const moved = result.refusals.some((refusal) => refusal === lockMoved || refusal === placeMoved);
    if (!moved || tries >= movedRetries) return undefined;
  }
}

function logEnd(kind: Pick<RunKind, "name">, { log, metrics }: RunServices, run: RunRecord, outcome: Outcome): void {
  const which = { kind: kind.name, runId: run.id, attempt: run.attempt };
  metrics.add(endMetrics[outcome.status]);
  if (outcome.status === "completed") log.info("run completed", which);
  else log.critical("run failed", { ...which, code: outcome.failure.code, problem: outcome.failure.message });
}

/** What the run shows of its warnings: null where there are none, the first ones where there are too many for its item. */
async function readWarnings(kind: RunKind, { store, log }: RunServices, { id }: RunRecord): Promise<Warning[] | null> {
  const { pk } = kind.keys(store.keys).run(id);
  const all = await store.queryAll({ pk, prefix: "WARNING#" }, warningSchemaOf(kind));
  let bytes = 0;
  const shown = all.filter((warning) => {
    bytes += Buffer.byteLength(JSON.stringify(warning));
    return bytes <= maxWarningBytes;
  });
  if (shown.length < all.length) {
    log.warn("a run has more warnings than it can show", { runId: id, warnings: all.length, shown: shown.length });
  }
  return shown.length > 0 ? shown : null;
}

function endFields<R extends RunRecord>(
  { statuses }: Pick<RunKind<R>, "statuses">,
  run: R,
  outcome: Outcome,
): Pick<RunRecord, "status" | "error_code" | "error_message"> {
  if (outcome.status === "completed") return { status: statuses.completed(run), error_code: null, error_message: null };
  const { code, message } = outcome.failure;
  return {
    status: outcome.status === "stopped" ? statuses.stopped : "failed",
    error_code: code,
    error_message: message,
  };
}
