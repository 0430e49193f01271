import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { type RunStatus, runStatusSchema } from "../../lib/analysis/run-view.ts";
import { type ApiAnswer, expectData } from "../../localstack/commands/client.ts";
import type { LocalStack } from "../support/stack.ts";

/** Makes a stack read this Reddit stand-in, as of the time its content is written for. */
export function redditVariables(url: string): Record<string, string> {
  return {
    REDDIT_BASE_URL: url,
    REDDIT_AUTH_URL: `${url}/api/v1/access_token`,
    REDDIT_CLIENT_ID: "id",
    REDDIT_CLIENT_SECRET: "secret",
    REDDIT_STAND_IN: "true",
    AS_OF: "2026-03-02T15:30:00Z",
  };
}

/** The id of the run that this answer accepted. */
export function startedRun(answer: ApiAnswer): string {
  return expectData(answer, 202, z.object({ run_id: z.string() }), "POST /analyze").run_id;
}

/** Polls until the run is completed; throws where it failed. Every status is shown to `see`. */
export async function runOver(
  stack: LocalStack,
  runId: string,
  pollMs: number,
  see: (status: RunStatus) => void = () => undefined,
): Promise<RunStatus> {
  for (;;) {
    const answer = await stack.api.call("GET", `/runs/${runId}/status`);
    const status = expectData(answer, 200, runStatusSchema, "GET /runs/{id}/status");
    see(status);
    if (status.status === "completed") return status;
    if (status.status === "failed") throw new Error(`the run failed: ${status.error_message}`);
    await pause(pollMs);
  }
}
