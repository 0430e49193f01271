import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import type { ApiAnswer, ApiClient } from "../../client.ts";
import { Complaint } from "../complaint.ts";
import type { Excerpt } from "./judge.ts";

/** What became of a question. */
export interface Asked {
  status: string;
  finishReason: string | null;
  /** From its acceptance to its end; a run that had to wait for its turn has waited. */
  seconds: number;
  /** Null where the run has no answer. */
  answer: { content: string; excerpts: Excerpt[] } | null;
}

const pollMs = 500;
const longestMs = 60 * 60_000;

const accepted = z.object({
  run_id: z.string(),
  status_url: z.string(),
  output_url: z.string(),
  context_url: z.string(),
});
const status = z.object({ status: z.string(), finish_reason: z.string().nullable() });
const output = z.object({ content: z.string() });
const excerpt = z.object({ ref_id: z.string(), path: z.string(), quote: z.string() });
const context = z.object({
  context_bundle: z.object({ markdown: z.object({ excerpts: z.array(excerpt) }).nullable() }),
});

/** Asks a deployment as any client does, and waits for the end. Throws `Complaint` where it does not answer as promised. */
export async function ask(api: ApiClient, question: string): Promise<Asked> {
  const began = performance.now();
  const run = read(await api.call("POST", "/api/v1/runs", { body: { question } }), 202, accepted);
  const end = await pollToEnd(api, run.status_url, began + longestMs);
  const asked = { status: end.status, finishReason: end.finish_reason, seconds: (performance.now() - began) / 1_000 };
  if (!end.status.startsWith("completed")) return { ...asked, answer: null };
  const { content } = read(await api.call("GET", run.output_url), 200, output);
  const { context_bundle } = read(await api.call("GET", run.context_url), 200, context);
  return { ...asked, answer: { content, excerpts: context_bundle.markdown?.excerpts ?? [] } };
}

async function pollToEnd(api: ApiClient, url: string, until: number): Promise<z.infer<typeof status>> {
  for (;;) {
    const now = read(await api.call("GET", url), 200, status);
    if (now.status !== "queued" && now.status !== "running") return now;
    if (performance.now() > until) throw new Complaint(`${url} has not ended within an hour.`);
    await pause(pollMs);
  }
}

function read<T>(answer: ApiAnswer, expected: number, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(answer.body);
  if (answer.status === expected && parsed.success) return parsed.data;
  throw new Complaint(`The deployment answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`);
}
