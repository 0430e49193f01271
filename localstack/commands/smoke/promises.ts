import * as z from "zod";
import { runIdSchema } from "../../../lib/answers/request.ts";
import { contextSchema, outputSchema } from "../../../lib/answers/results.ts";
import { type AnswerStatus, acceptedSchema, answerStatusSchema, urlsOf } from "../../../lib/answers/view.ts";
import { type AnswerStatusName, terminalStatuses } from "./options.ts";

/** One request as it was answered. */
export interface Exchange {
  time: string;
  http_status: number;
  payload: unknown;
}

/** A promise of the contract that was not kept. */
export class BrokenContract extends Error {}

export function check(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new BrokenContract(sentence);
}

/** The bodies of version 1: the fields shown and no others. */
const accepted = acceptedSchema.strict().extend({ run_id: runIdSchema });
const time = z.iso.datetime();
const status = answerStatusSchema.strict().extend({
  started_at: time,
  completed_at: time.nullable(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
const output = outputSchema.strict();
const context = contextSchema.strict();
const fault = z.object({ code: z.string(), message: z.string().min(1) });
/** Bare, or as the rest of the API has it. */
const failure = z.union([fault, z.object({ error: fault }).transform(({ error }) => error)]);

/** The run that was accepted. */
export function readAccepted(answer: Exchange, asked: string | undefined): string {
  const body = expectBody("POST /api/v1/runs", answer, 202, accepted);
  check(asked === undefined || body.run_id === asked.trim(), `the run is called ${body.run_id} and not ${asked}`);
  for (const [name, path] of Object.entries(urlsOf(body.run_id))) {
    const named = body[name as keyof typeof body];
    check(named === path, `POST /api/v1/runs: ${name} is ${named} and not ${path}`);
  }
  return body.run_id;
}

/** A status, and whether it holds together in itself. */
export function readStatus(answer: Exchange, runId: string): AnswerStatus {
  const what = `GET ${urlsOf(runId).status_url}`;
  const body = expectBody(what, answer, 200, status);
  check(body.run_id === runId, `${what}: it is of the run ${body.run_id}`);
  const isOver = isTerminal(body.status);
  check((body.completed_at !== null) === isOver, `${what}: ${body.status} with completed_at ${body.completed_at}`);
  check((body.finish_reason !== null) === isOver, `${what}: ${body.status} with finish_reason ${body.finish_reason}`);
  check((body.error !== null) === (body.status === "failed"), `${what}: ${body.status} and error do not go together`);
  const ended = body.completed_at ?? body.started_at;
  check(Date.parse(ended) >= Date.parse(body.started_at), `${what}: it was over before it had started`);
  return body;
}

/** The answer, of a run with this status. */
export function readOutput(answer: Exchange, runId: string, expected?: AnswerStatusName): AnswerStatusName {
  const what = `GET ${urlsOf(runId).output_url}`;
  const body = expectBody(what, answer, 200, output);
  checkResult(what, body, runId, expected);
  check(body.content.trim() !== "", `${what}: the answer is empty`);
  check(body.final_output_path === `output/${runId}/final.md`, `${what}: its path is ${body.final_output_path}`);
  return body.status;
}

/** What the answer rests on. */
export function readContext(answer: Exchange, runId: string, expected: AnswerStatusName): void {
  const what = `GET ${urlsOf(runId).context_url}`;
  const body = expectBody(what, answer, 200, context);
  checkResult(what, body, runId, expected);
  const path = `output/${runId}/context_bundle.json`;
  check(body.context_bundle_path === path, `${what}: its path is ${body.context_bundle_path}`);
}

function checkResult(
  what: string,
  body: { run_id: string; status: AnswerStatusName },
  runId: string,
  expected: AnswerStatusName | undefined,
): void {
  check(body.run_id === runId, `${what}: it is of the run ${body.run_id}`);
  check(expected === undefined || body.status === expected, `${what}: its status is ${body.status}, not ${expected}`);
}

/** A refusal with this code, or with one of these. */
export function expectRefusal(what: string, answer: Exchange, http: number, codes: readonly string[]): void {
  const { code } = expectBody(what, answer, http, failure);
  check(codes.includes(code), `${what}: the code is ${code} instead of ${codes.join(" or ")}`);
}

export function isTerminal(name: AnswerStatusName): boolean {
  return terminalStatuses.some((each) => each === name);
}

/**
 * Whether a run that was seen in one status may be seen in another later. Between two looks it may pass through states that
 * nobody sees, so a queued run may be found finished.
 */
export function checkMove(from: AnswerStatusName, to: AnswerStatusName): void {
  const isLegal = from === to || from === "queued" || (from === "running" && isTerminal(to));
  check(isLegal, `the status went from ${from} to ${to}`);
}

function expectBody<T>(what: string, { http_status, payload }: Exchange, expected: number, schema: z.ZodType<T>): T {
  check(http_status === expected, `${what}: expected ${expected}, got ${http_status} ${JSON.stringify(payload)}`);
  const parsed = schema.safeParse(payload);
  check(parsed.success, `${what}: the body is not what was promised: ${parsed.error && z.prettifyError(parsed.error)}`);
  return parsed.data as T;
}
