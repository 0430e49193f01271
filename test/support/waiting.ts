import { once } from "node:events";
import { expect } from "vitest";
import { type Run, runSchema } from "../../lib/analysis/run.ts";
import { executionName } from "../../lib/runs/run.ts";
import type { Services } from "../../lib/services.ts";
import { call, executionEvents } from "./cloud.ts";

/** The run once neither it nor its execution is going on any more; undefined where there is no such run. */
export async function settled(services: Services, runId: string): Promise<Run | undefined> {
  for (;;) {
    const run = await services.store.get(services.store.keys.run(runId), runSchema);
    if (!run) return undefined;
    const execution = await services.executions.analysis.describe(executionName(run));
    // Read again: the run may have ended between the two questions.
    if (execution && execution.status !== "RUNNING")
      return services.store.get(services.store.keys.run(runId), runSchema);
    if (run.status !== "running") return run;
    await aWhile();
  }
}

/**
 * Between two questions whether something is over: until an execution has ended, or for a while where none tells us.
 * More questions would take the time of what they wait for.
 */
export async function aWhile(): Promise<void> {
  await once(executionEvents, "ended", { signal: AbortSignal.timeout(100) }).catch(() => undefined);
}

/** Returns when no execution of this name is going on. Asks Step Functions only, so the table may be out of order. */
export async function executionOver({ executions }: Pick<Services, "executions">, name: string): Promise<void> {
  while ((await executions.analysis.describe(name))?.status === "RUNNING") await aWhile();
}

/** Starts a run and returns it once it is over, however it ended. */
export async function runOnce(services: Services): Promise<Run> {
  const started = await call("api/start-analysis");
  expect(started.status).toBe(202);
  const run = await settled(services, started.body.data.run_id);
  if (!run) throw new Error("the run is gone");
  return run;
}

/** A run that is expected to complete. */
export async function completedRun(services: Services): Promise<Run> {
  const run = await runOnce(services);
  expect(run).toMatchObject({ status: "completed", error_message: null });
  return run;
}

/** What `look` finds, as soon as it finds something. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await aWhile();
  }
}
