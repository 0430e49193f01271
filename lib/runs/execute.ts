import { AppError } from "../runtime/errors.ts";
import type { Action } from "../store/actions.ts";
import { lifecycleFailures } from "./failure.ts";
import { finishRun } from "./finish.ts";
import type { RunKind } from "./kind.ts";
import { executionName, isActive, type RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

/**
 * Starts the execution of an attempt that the table already holds. Refused for certain: the run fails and the caller
 * gets an error. Outcome unknown: everything stays, and reconciliation finds out what happened.
 */
export async function execute<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  services: S,
  run: R,
  undo: readonly Action[],
): Promise<void> {
  const executions = kind.executions(services);
  const started = await executions.start(executionName(run), { runId: run.id, attempt: run.attempt });
  services.log.info("run started", { kind: kind.name, runId: run.id, attempt: run.attempt, execution: started });
  if (started === "refused") {
    const failure = lifecycleFailures.notStarted;
    const outcome = { status: "failed", failure } as const;
    await finishRun(kind, services, { runId: run.id, attempt: run.attempt, outcome, also: () => [...undo] });
    throw new AppError("Conflict", "INTERNAL_ERROR", failure.message);
  }
}

/**
 * For a repeated request: while the run of the first one is active, its execution is started once more, which changes
 * nothing (executions are known by their names) unless the first request died before it came to that.
 */
export async function executeAgain<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  services: S,
  runId: string,
): Promise<void> {
  const { store, log } = services;
  const run = await store.get(kind.keys(store.keys).run(runId), kind.record);
  if (!run || !isActive(run) || run.place === "waiting") return;
  const executions = kind.executions(services);
  // Also where this is refused the first start may have succeeded, so only reconciliation may end the run.
  const outcome = await executions.start(executionName(run), { runId, attempt: run.attempt });
  log.info("run started again for a repeated request", { runId, attempt: run.attempt, execution: outcome });
}
