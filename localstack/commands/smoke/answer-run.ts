import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type AnswerStatus, urlsOf } from "../../../lib/answers/view.ts";
import { type ApiClient, apiKeyOf, connect } from "../client.ts";
import { type AnswerSmokeOptions, type AnswerStatusName, readAnswerOptions, usage, WrongUsage } from "./options.ts";
import {
  check,
  checkMove,
  type Exchange,
  expectRefusal,
  isTerminal,
  readAccepted,
  readContext,
  readOutput,
  readStatus,
} from "./promises.ts";

type Variables = Parameters<typeof connect>[0];

/** What it saw, for the summary. */
interface Seen {
  runId: string | null;
  status: AnswerStatusName | null;
  finishReason: string | null;
  polls: Exchange[];
}

/** Writes one of the files of the run. */
type Keep = (name: "start" | "status_history" | "output" | "context" | "summary", content: unknown) => Promise<void>;

/**
 * `npm run smoke -- --question …`: one answer run, watched from outside (spec answer-runs 7). Returns the exit code: 1 where
 * the contract is broken, the run ends otherwise than accepted or not in time, 2 for wrong usage.
 */
export async function smokeAnswer(
  args: readonly string[],
  variables: NonNullable<Variables>,
  print: (line: string) => void,
): Promise<0 | 1 | 2> {
  let options: AnswerSmokeOptions;
  try {
    options = readAnswerOptions(args);
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error;
    print(`smoke: ${error.message}\n${usage}`);
    return 2;
  }
  const { baseUrl: BASE_URL, apiKey: API_KEY } = options;
  const settings = { ...variables, ...(BASE_URL && { BASE_URL }), ...(API_KEY && { API_KEY }) };
  const key = apiKeyOf(settings);
  /** An answer, or an error about a header, may repeat the key. */
  const masked = (text: string) => (key ? text.replaceAll(key, "***") : text);
  const say = (sentence: string) => print(masked(`smoke: ${sentence}`));
  return watched(connect(settings, options.timeoutMs), options, masked, say);
}

async function watched(
  api: ApiClient,
  options: AnswerSmokeOptions,
  masked: (text: string) => string,
  say: (sentence: string) => void,
): Promise<0 | 1> {
  const seen: Seen = { runId: null, status: null, finishReason: null, polls: [] };
  const started_at = new Date().toISOString();
  /** A run that was not accepted has no folder of its own, and its id may be another one's. */
  const keep: Keep = async (name, content) => {
    const folder = join(options.artifactsDir, seen.runId ?? "not_accepted");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `smoke_${name}.json`), `${masked(JSON.stringify(content, null, 2))}\n`);
  };
  let problem: string | null = null;
  try {
    await follow(api, options, seen, keep, say);
  } catch (error) {
    problem = sentenceOf(error);
  }
  const summary = {
    passed: problem === null,
    problem,
    base_url: api.baseUrl,
    request: options.request,
    run_id: seen.runId,
    status: seen.status,
    finish_reason: seen.finishReason,
    polls: seen.polls.length,
    started_at,
    ended_at: new Date().toISOString(),
  };
  await keep("summary", summary).catch((error) => {
    problem ??= sentenceOf(error);
  });
  say(problem ?? "the contract holds");
  return problem === null ? 0 : 1;
}

async function follow(
  api: ApiClient,
  options: AnswerSmokeOptions,
  seen: Seen,
  keep: Keep,
  say: (sentence: string) => void,
): Promise<void> {
  const ask = async (method: "GET" | "POST", path: string, body?: unknown): Promise<Exchange> => {
    const { status: http_status, body: payload } = await api.call(method, path, body === undefined ? {} : { body });
    return { time: new Date().toISOString(), http_status, payload };
  };
  const { request, accepted } = options;
  const start = await ask("POST", "/api/v1/runs", request);
  try {
    seen.runId = readAccepted(start, request.run_id);
    await forget(join(options.artifactsDir, seen.runId));
  } finally {
    await keep("start", start);
  }
  const runId = seen.runId;
  const urls = urlsOf(runId);
  seen.status = "queued";
  say(`run ${runId} was accepted`);

  const early = await ask("GET", urls.output_url);
  if (early.http_status === 200) seen.status = readOutput(early, runId);
  else expectRefusal(`GET ${urls.output_url}`, early, 409, ["RUN_NOT_FINISHED", "RUN_NOT_SUCCESSFUL"]);

  const end = await pollToEnd(() => ask("GET", urls.status_url), runId, options, seen, keep, say);
  const ended = `the run ended ${end.status} (${end.finish_reason})`;
  check(accepted.includes(end.status), end.error ? `${ended}: ${end.error.code} ${end.error.message}` : ended);

  const output = await ask("GET", urls.output_url);
  await keep("output", output);
  const context = await ask("GET", urls.context_url);
  await keep("context", context);
  if (end.status === "completed" || end.status === "completed_with_gaps") {
    readOutput(output, runId, end.status);
    readContext(context, runId, end.status);
  } else {
    expectRefusal(`GET ${urls.output_url}`, output, 409, ["RUN_NOT_SUCCESSFUL"]);
    expectRefusal(`GET ${urls.context_url}`, context, 409, ["RUN_NOT_SUCCESSFUL"]);
  }

  const again = await ask("POST", "/api/v1/runs", { ...request, run_id: runId });
  expectRefusal("POST /api/v1/runs with the same run_id", again, 409, ["DUPLICATE_RUN_ID"]);
  const nobody = await ask("GET", urlsOf(`${runId.slice(0, 57)}-nobody`).status_url);
  expectRefusal("GET the status of a run that is not there", nobody, 404, ["NOT_FOUND"]);
}

/** Every poll is kept, so that whoever looks later sees how far it came. */
async function pollToEnd(
  poll: () => Promise<Exchange>,
  runId: string,
  { pollMs, longestMs }: AnswerSmokeOptions,
  seen: Seen,
  keep: Keep,
  say: (sentence: string) => void,
): Promise<AnswerStatus> {
  const until = performance.now() + longestMs;
  let started_at: string | undefined;
  for (;;) {
    const answer = await poll();
    seen.polls.push(answer);
    await keep("status_history", seen.polls);
    const now = readStatus(answer, runId);
    checkMove(seen.status ?? "queued", now.status);
    started_at ??= now.started_at;
    check(now.started_at === started_at, `started_at changed from ${started_at} to ${now.started_at}`);
    if (now.status !== seen.status) say(`the run is ${now.status}`);
    seen.status = now.status;
    seen.finishReason = now.finish_reason;
    if (isTerminal(now.status)) return now;
    const left = until - performance.now();
    check(left > 0, `the run has not ended within ${longestMs / 1_000} s`);
    await pause(Math.min(pollMs, left));
  }
}

/** What an earlier run of the same id, on another deployment, has left. */
async function forget(folder: string): Promise<void> {
  const names: Parameters<Keep>[0][] = ["start", "status_history", "output", "context", "summary"];
  await Promise.all(names.map((name) => rm(join(folder, `smoke_${name}.json`), { force: true })));
}

/** With the cause, because fetch says of every failure only that it failed. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
