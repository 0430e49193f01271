import { executionName, type Run, runSchema } from "../../lib/runs/run.ts";
import type { Services } from "../../lib/services.ts";

/** The run once neither it nor its execution is going on any more; undefined where there is no such run. */
export async function settled(services: Services, runId: string): Promise<Run | undefined> {
  for (;;) {
    const run = await services.store.get(services.store.keys.run(runId), runSchema);
    if (!run) return undefined;
    const execution = await services.executions.describe(executionName(run));
    // Read again: the run may have ended between the two questions.
    if (execution && execution.status !== "RUNNING")
      return services.store.get(services.store.keys.run(runId), runSchema);
    if (run.status !== "running") return run;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Returns when no execution of this name is going on. Asks Step Functions only, so the table may be out of order. */
export async function executionOver({ executions }: Pick<Services, "executions">, name: string): Promise<void> {
  while ((await executions.describe(name))?.status === "RUNNING")
    await new Promise((resolve) => setTimeout(resolve, 2));
}
