import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export type Answer = [status: number, body: unknown] | "none";
/** What the server answers, where it is not a good one; `call` counts the calls of the route from 1. */
export type Change = Partial<
  Record<"start" | "status" | "output" | "context" | "again" | "unknown", (call: number) => Answer>
>;

export const queued = {
  run_id: "demo_1",
  status: "queued",
  started_at: "2026-02-09T12:01:11Z",
  completed_at: null,
  finish_reason: null,
  error: null,
};
export const running = { ...queued, status: "running" };
export const completed = {
  ...queued,
  status: "completed",
  completed_at: "2026-02-09T12:03:00Z",
  finish_reason: "completed (write)",
};
export const failed = {
  ...completed,
  status: "failed",
  finish_reason: "api_key_error",
  error: { code: "API_KEY_ERROR", message: "The model refused the key sk-***." },
};
export const accepted = {
  run_id: "demo_1",
  status: "queued",
  status_url: "/api/v1/runs/demo_1/status",
  output_url: "/api/v1/runs/demo_1/output",
  context_url: "/api/v1/runs/demo_1/context",
};
export const output = {
  run_id: "demo_1",
  status: "completed",
  content: "# Question\nHow are losses limited?\n\nBy a stop [ref_1].\n",
  final_output_path: "output/demo_1/final.md",
};
export const context = {
  run_id: "demo_1",
  status: "completed",
  context_bundle: { sql: null, markdown: null, drafts: [], final: null },
  context_bundle_path: "output/demo_1/context_bundle.json",
};
export const fault = (code: string): Answer => [409, { code, message: `It is ${code}.` }];

const good: Required<Change> = {
  start: () => [202, accepted],
  status: (call) => [200, [queued, running, running][call - 1] ?? completed],
  output: (call) => (call === 1 ? fault("RUN_NOT_FINISHED") : [200, output]),
  context: () => [200, context],
  again: () => fault("DUPLICATE_RUN_ID"),
  unknown: () => [404, { code: "NOT_FOUND", message: "There is no such run." }],
};

/** Which answer a request is due; all POSTs but the first ask for a run that is there. */
function routeOf(url: string, posts: number): keyof Change {
  const [, id = "", what] = /^\/api\/v1\/runs\/(.+)\/(status|output|context)$/.exec(url) ?? [];
  if (what === undefined) return posts === 1 ? "start" : "again";
  return id === "demo_1" ? (what as keyof Change) : "unknown";
}

/** A server of version 1 on a free port, with what it was sent. */
export async function startAnswersServer(change: Change) {
  const answers = { ...good, ...change };
  const calls: Record<string, number> = {};
  const bodies: unknown[] = [];
  const keys = new Set<unknown>();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method === "POST") bodies.push(JSON.parse(body));
    keys.add(request.headers["x-api-key"]);
    const route = routeOf(request.url ?? "", bodies.length);
    calls[route] = (calls[route] ?? 0) + 1;
    const answer = answers[route](calls[route]);
    if (answer === "none") return;
    response.writeHead(answer[0], { "content-type": "application/json" }).end(JSON.stringify(answer[1]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, bodies, keys };
}
