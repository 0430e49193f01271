import * as z from "zod";
import type { ExecutionStatus } from "../providers/aws/executions.ts";
import { iso } from "../runtime/dates.ts";
import { update } from "../store/actions.ts";
import { ensureCursorSecret } from "../store/cursors.ts";
import { ifRunActive } from "../store/expressions.ts";
import { type Failure, lifecycleFailures } from "./failure.ts";
import { finishRun } from "./finish.ts";
import { executionName, parseExecutionName, type Run, runSchema } from "./run.ts";
import type { RunServices } from "./services.ts";

/** An execution that nobody knows counts as lost after this long; before it, its start may still be under way. */
const unknownGraceMs = 60_000;
const slowAfterMs = 30 * 60_000;

/**
 * Compares a run with its execution and ends the run where the execution is over. Answers whether the run still holds
 * on: Step Functions decides that, never a clock. Throws where Step Functions cannot be asked.
 */
export async function reconcileRun(services: RunServices, run: Run): Promise<"running" | "over"> {
  if (run.status !== "running") return "over";
  const execution = await services.executions.describe(executionName(run));
  const ageMs = services.clock.now().getTime() - Date.parse(run.attempt_started_at);
  if (execution === undefined && ageMs <= unknownGraceMs) return "running";
  if (execution?.status === "RUNNING" || execution?.status === "PENDING_REDRIVE") return "running";
  const failure = execution === undefined ? lifecycleFailures.lost : failureOf(execution.status);
  services.log.warn("ending a run without a live execution", {
    runId: run.id,
    attempt: run.attempt,
    execution: execution?.status ?? "unknown",
  });
  await finishRun(services, { runId: run.id, attempt: run.attempt, outcome: { status: "failed", failure } });
  return "over";
}

function failureOf(status: ExecutionStatus): Failure {
  if (status === "TIMED_OUT") return lifecycleFailures.timedOut;
  if (status === "ABORTED") return lifecycleFailures.aborted;
  return lifecycleFailures.unfinished;
}

/** What of the service's status event is read. */
export const executionEventSchema = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"]),
  }),
});

/** The second witness: the service says that an execution ended. Repeated, late and foreign events change nothing. */
export async function executionEnded(
  services: RunServices,
  event: { name: string; status: ExecutionStatus },
): Promise<void> {
  const ended = parseExecutionName(event.name);
  if (!ended || event.status === "RUNNING" || event.status === "PENDING_REDRIVE") return;
  await finishRun(services, {
    runId: ended.id,
    attempt: ended.attempt,
    outcome: { status: "failed", failure: failureOf(event.status) },
  });
}

/** The third witness: every running run is compared with its execution; one that is slow is logged, once. */
export async function sweepRuns(services: RunServices): Promise<{ running: number; ended: number }> {
  const { store, log } = services;
  const { gsi2pk } = store.keys.runningIndex("");
  const listed = await store.queryAll({ index: "gsi2", pk: gsi2pk ?? "" }, z.object({ id: z.string() }));
  let ended = 0;
  for (const { id } of listed) {
    try {
      if ((await sweepRun(services, id)) === "over") ended++;
    } catch (error) {
      // One run that cannot be read or asked for must not keep the others from their end.
      log.error("a run was not swept", { runId: id, error });
    }
  }
  // A realm that is older than this secret has none, and its lists may only read.
  await ensureCursorSecret(store);
  return { running: listed.length - ended, ended };
}

async function sweepRun(services: RunServices, id: string): Promise<"running" | "over"> {
  const { store, clock, log } = services;
  const run = await store.get(store.keys.run(id), runSchema);
  if (run === undefined || (await reconcileRun(services, run)) === "over") return "over";
  if (run.slow_since === null && clock.now().getTime() - Date.parse(run.attempt_started_at) > slowAfterMs) {
    const marked = await store.transact([
      update(store.keys.run(id), { set: { slow_since: iso(clock.now()) } }, ifRunActive(run.attempt)),
    ]);
    if (marked.applied) log.warn("a run has been running for more than 30 minutes", { runId: id });
  }
  return "running";
}
