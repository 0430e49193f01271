import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { type RunStatus, runStatusSchema } from "../../lib/analysis/run-view.ts";
import { type ApiClient, expectData } from "../../localstack/commands/client.ts";

const longestRunMs = 240_000;
const startedSchema = z.object({ run_id: z.string() });

/** Starts a run and answers its id. */
export async function startRun(api: ApiClient): Promise<string> {
  return expectData(await api.call("POST", "/analyze"), 202, startedSchema, "POST /analyze").run_id;
}

export async function resumeRun(api: ApiClient, id: string): Promise<string> {
  const answer = await api.call("POST", `/runs/${id}/resume`);
  return expectData(answer, 202, startedSchema, "POST /runs/{id}/resume").run_id;
}

export async function runStatus(api: ApiClient, id: string): Promise<RunStatus> {
  return expectData(await api.call("GET", `/runs/${id}/status`), 200, runStatusSchema, "GET /runs/{id}/status");
}

/** The run once it has ended, however it did. */
export async function ended(api: ApiClient, id: string): Promise<RunStatus> {
  const until = performance.now() + longestRunMs;
  for (;;) {
    const run = await runStatus(api, id);
    if (run.status !== "running") return run;
    if (performance.now() > until) throw new Error(`The run ${id} does not end.`);
    await pause(1_000);
  }
}
