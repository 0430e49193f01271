import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { createOpenAi } from "../../../../lib/providers/openai/client.ts";
import { noMetrics } from "../../../../lib/runtime/metrics.ts";
import { describeRecorded, recordings, unrecordedFields } from "../../../support/recorded.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { type ScriptedAnswer, type ScriptedServer, startScriptedServer } from "../../../support/scripted-server.ts";
import {
  completion,
  eventStream,
  limitHeaders,
  refusal,
  responsesAnswer,
  tokensPerMinute,
  toolCall,
} from "../../../support/wire/openai.ts";

const wire = join(recordings, "wire");

const bodySchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }),
});
const interactionSchema = z.object({
  response: z.object({
    status: z.object({ code: z.number() }),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    body: z.object({ string: z.string() }).optional(),
    parsed_body: z.unknown().optional(),
  }),
});
const reportSchema = z.object({
  what: z.string(),
  http_status: z.number().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
});

/** Headers that describe how the recorded bytes travelled, not what they say. */
const transport = new Set(["content-length", "content-encoding", "transfer-encoding", "connection"]);

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(wire, ...path), "utf8"));
}

function readCassette(name: string): ScriptedAnswer[] {
  const { interactions } = parse(readFileSync(join(wire, "openai", name), "utf8")) as { interactions: unknown[] };
  return interactions.map((interaction) => {
    const { status, headers, body, parsed_body } = interactionSchema.parse(interaction).response;
    const kept = Object.entries(headers).filter(([header]) => !transport.has(header.toLowerCase()));
    return {
      status: status.code,
      headers: Object.fromEntries(kept.map(([header, value]) => [header.toLowerCase(), [value].flat().join(", ")])),
      body: body?.string ?? parsed_body,
    };
  });
}

function recordedBody(answer: ScriptedAnswer | undefined) {
  const body = answer !== undefined && "body" in answer ? answer.body : undefined;
  return bodySchema.parse(typeof body === "string" ? JSON.parse(body) : body);
}

const servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Plays the answers to a client that takes any text which is not empty. */
async function replay(...answers: ScriptedAnswer[]) {
  const server = await startScriptedServer(answers);
  servers.push(server);
  const waits: number[] = [];
  const model = createOpenAi(
    {
      baseUrl: server.baseUrl,
      apiKey: "sk-test",
      model: "gpt-4o-mini",
      standIn: false,
      timeoutMs: 5_000,
      temperature: 0.3,
      topP: 1,
      maxOutputTokens: 500,
      maxImageTokens: 300,
    },
    {
      sleep: async (ms) => void waits.push(ms),
      random: () => 0,
      log: recordedLog(),
      metrics: noMetrics,
      clock: { now: () => new Date("2026-11-20T10:00:00Z") },
    },
  );
  const outcome = await model
    .reply({
      system: "s",
      user: "u",
      schemaName: "any",
      schema: z.object({}),
      read: (text) => {
        if (text === "") throw new Error("empty");
        return text;
      },
      marketTime: new Date("2021-01-27T15:00:00Z"),
      about: { commentId: "c1" },
    })
    .catch((error: unknown) => error);
  return { outcome, waits, calls: server.requests.length };
}

function expectAnswered(outcome: unknown, answer: ScriptedAnswer | undefined) {
  const { choices, usage } = recordedBody(answer);
  expect(outcome).toEqual({
    value: choices[0]?.message.content,
    usage: { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens },
  });
}

function expectUnusable(outcome: unknown, answer: ScriptedAnswer | undefined, calls: number, problem: RegExp) {
  const { usage } = recordedBody(answer);
  expect(outcome).toMatchObject({
    name: "OpenAiUnavailable",
    message: expect.stringMatching(problem),
    details: {
      usage: { promptTokens: usage.prompt_tokens * calls, completionTokens: usage.completion_tokens * calls },
    },
  });
}

describe("answers in OpenAI's form", () => {
  const answer = completion([{ content: '{"town": "Ottersea"}' }], { prompt: 79, completion: 14 });
  const declined = completion([{ content: null, refusal: "I can't do that." }], { prompt: 79, completion: 12 });
  const cutOff = completion([{ content: '{"to' }], { prompt: 79, completion: 1 }, "length");
  const failed = (promptTokens: number, completionTokens: number, problem: RegExp) => ({
    name: "OpenAiUnavailable",
    message: expect.stringMatching(problem),
    details: { usage: { promptTokens, completionTokens } },
  });

  it.each([
    ["one choice", answer, '{"town": "Ottersea"}'],
    [
      "the first of three choices",
      completion([{ content: "first" }, { content: "second" }, { content: "third" }], { prompt: 79, completion: 14 }),
      "first",
    ],
    ["rate-limit headers", { ...answer, headers: limitHeaders }, '{"town": "Ottersea"}'],
  ])("with %s is answered by one call and without a wait", async (_, sent, value) => {
    const { outcome, waits, calls } = await replay(sent);
    expect(outcome).toEqual({ value, usage: { promptTokens: 79, completionTokens: 14 } });
    expect({ waits, calls }).toEqual({ waits: [], calls: 1 });
  });

  it.each([
    ["404, model_not_found", refusal(404, "model_not_found", "The model `otter-1` does not exist.")],
    [
      "400, unsupported_value",
      refusal(400, "unsupported_value", "'messages[0].role' does not support 'otter'.", "messages[0].role"),
    ],
  ])("%s is refused after one call and names the code", async (code, sent) => {
    const { outcome, calls } = await replay(sent);
    expect(outcome).toMatchObject({ name: "OpenAiRefused", message: expect.stringContaining(code) });
    expect(calls).toBe(1);
  });

  it.each([
    ["a stream of events, which was not asked for,", eventStream],
    ["an answer of the responses API", responsesAnswer],
  ])("%s is not a chat completion", async (_, sent) => {
    const { outcome, calls } = await replay(sent);
    expect(outcome).toMatchObject({
      name: "OpenAiUnavailable",
      message: "OpenAI's answer is not a chat completion",
    });
    expect(calls).toBe(4);
  });

  it("a tool call has no text and is malformed four times", async () => {
    const { outcome, calls } = await replay(completion([toolCall], { prompt: 71, completion: 12 }, "tool_calls"));
    expect(outcome).toMatchObject(failed(284, 48, /malformed/));
    expect(calls).toBe(4);
  });

  it.each([
    ["a refusal", declined, failed(158, 24, /refused/)],
    ["a reply that was cut off", cutOff, failed(158, 2, /cut off/)],
  ])("%s is asked once more, and both are counted", async (_, sent, expected) => {
    const { outcome, calls } = await replay(sent);
    expect(outcome).toMatchObject(expected);
    expect(calls).toBe(2);
  });

  it("a refusal followed by an answer is answered, and both are counted", async () => {
    const { outcome, waits } = await replay(declined, answer);
    expect(outcome).toMatchObject({ usage: { promptTokens: 158, completionTokens: 26 } });
    expect(waits).toEqual([1_000]);
  });

  it.each([
    { wait: "2.41s", waitMs: 2_410 },
    { wait: "19.07s", waitMs: 19_070 },
    { wait: "640ms", waitMs: 1_000 },
  ])("429 waits $waitMs ms where its message asks for $wait, and goes on", async ({ wait, waitMs }) => {
    const { outcome, waits } = await replay(tokensPerMinute(wait), answer);
    expect(outcome).toMatchObject({ value: '{"town": "Ottersea"}' });
    expect(waits).toEqual([waitMs]);
  });
});

describeRecorded("recorded answers of OpenAI", ["wire/openai", "wire/reported_in_issues.json"], () => {
  it("have every field of the made-up ones", () => {
    const madeUp = completion([{ content: "{}" }], { prompt: 1, completion: 1 });
    const recorded = readJson("openai", "chat_completion_structured_output.json");
    expect(unrecordedFields(madeUp.body, recorded)).toEqual([]);
    const reported = z.array(reportSchema).parse(readJson("reported_in_issues.json"));
    const limited = reported.find(({ http_status }) => http_status === 429);
    expect(unrecordedFields(tokensPerMinute("1s").body, limited?.body)).toEqual([]);
  });

  it("are all replayed here", () => {
    expect(readdirSync(join(wire, "openai")).toSorted()).toEqual([
      "cassette_chat_completion_200_with_ratelimit_headers.yaml",
      "cassette_chat_completion_404_unknown_model.yaml",
      "cassette_chat_completion_streaming.yaml",
      "cassette_error_400_unsupported_role.yaml",
      "cassette_structured_output_json_schema.yaml",
      "cassette_structured_output_json_schema_strict_responses_api.yaml",
      "chat_completion_bodies_recorded.json",
      "chat_completion_refusal.json",
      "chat_completion_structured_output.json",
      "chat_completion_truncated_length.json",
    ]);
  });

  it("200 with rate-limit headers is answered without a wait", async () => {
    const [answer, ...rest] = readCassette("cassette_chat_completion_200_with_ratelimit_headers.yaml");
    expect(rest).toEqual([]);
    const { outcome, waits, calls } = await replay(answer ?? { drop: "before head" });
    expectAnswered(outcome, answer);
    expect(outcome).toMatchObject({ usage: { promptTokens: 12, completionTokens: 5 } });
    expect({ waits, calls }).toEqual({ waits: [], calls: 1 });
  });

  it("404 for an unknown model is refused after one call and names the code", async () => {
    const { outcome, calls } = await replay(...readCassette("cassette_chat_completion_404_unknown_model.yaml"));
    expect(outcome).toMatchObject({ name: "OpenAiRefused", message: expect.stringContaining("404, model_not_found") });
    expect(calls).toBe(1);
  });

  it("400 for an unsupported role is refused after one call", async () => {
    const { outcome, calls } = await replay(...readCassette("cassette_error_400_unsupported_role.yaml"));
    expect(outcome).toMatchObject({
      name: "OpenAiRefused",
      message: expect.stringContaining("400, unsupported_value"),
    });
    expect(calls).toBe(1);
  });

  it("a stream of events, which was not asked for, is not a chat completion", async () => {
    const { outcome, calls } = await replay(...readCassette("cassette_chat_completion_streaming.yaml"));
    expect(outcome).toMatchObject({
      name: "OpenAiUnavailable",
      message: "OpenAI's answer is not a chat completion",
    });
    expect(calls).toBe(4);
  });

  it("structured output: a tool call has no text and is malformed, the answer after it is read", async () => {
    const [toolCall, answer] = readCassette("cassette_structured_output_json_schema.yaml");
    const first = await replay(toolCall ?? { drop: "before head" });
    expectUnusable(first.outcome, toolCall, 4, /malformed/);
    expect(first.calls).toBe(4);
    const second = await replay(answer ?? { drop: "before head" });
    expectAnswered(second.outcome, answer);
    expect(second.calls).toBe(1);
  });

  it("an answer of the responses API is not a chat completion", async () => {
    const answers = readCassette("cassette_structured_output_json_schema_strict_responses_api.yaml");
    const { outcome, calls } = await replay(...answers);
    expect(outcome).toMatchObject({
      name: "OpenAiUnavailable",
      message: "OpenAI's answer is not a chat completion",
    });
    expect(calls).toBe(4);
  });

  it.each([
    { index: 0, kind: "answered" },
    { index: 1, kind: "answered" },
    { index: 2, kind: "answered" },
    { index: 3, kind: "answered" },
    { index: 4, kind: "answered" },
    { index: 5, kind: "answered" },
    { index: 6, kind: "tool call" },
    { index: 7, kind: "truncated" },
    { index: 8, kind: "refusal" },
    { index: 9, kind: "tool call" },
    { index: 10, kind: "tool call" },
    { index: 11, kind: "tool call" },
    { index: 12, kind: "answered" },
    { index: 13, kind: "answered" },
  ])("body $index of fourteen: $kind", async ({ index, kind }) => {
    const bodies = z.array(z.unknown()).length(14).parse(readJson("openai", "chat_completion_bodies_recorded.json"));
    const answer: ScriptedAnswer = { status: 200, body: bodies[index] };
    const { outcome, calls } = await replay(answer);
    expect(calls).toBe({ answered: 1, "tool call": 4, truncated: 2, refusal: 2 }[kind]);
    if (kind === "answered") expectAnswered(outcome, answer);
    if (kind === "tool call") expectUnusable(outcome, answer, 4, /malformed/);
    if (kind === "truncated") expectUnusable(outcome, answer, 2, /cut off/);
    if (kind === "refusal") expectUnusable(outcome, answer, 2, /refused/);
  });

  it.each([
    { file: "chat_completion_structured_output.json", calls: 1, problem: null },
    { file: "chat_completion_refusal.json", calls: 2, problem: /refused/ },
    { file: "chat_completion_truncated_length.json", calls: 2, problem: /cut off/ },
  ])("$file takes $calls calls", async ({ file, calls: expectedCalls, problem }) => {
    const answer: ScriptedAnswer = { status: 200, body: readJson("openai", file) };
    const { outcome, calls } = await replay(answer);
    expect(calls).toBe(expectedCalls);
    if (problem === null) expectAnswered(outcome, answer);
    else expectUnusable(outcome, answer, expectedCalls, problem);
  });

  it("a refusal followed by an answer is answered, and both are counted", async () => {
    const refusal: ScriptedAnswer = { status: 200, body: readJson("openai", "chat_completion_refusal.json") };
    const answer: ScriptedAnswer = { status: 200, body: readJson("openai", "chat_completion_structured_output.json") };
    const { outcome, waits } = await replay(refusal, answer);
    expect(outcome).toMatchObject({ usage: { promptTokens: 79 + 79, completionTokens: 12 + 14 } });
    expect(waits).toEqual([1_000]);
  });

  const reports = z
    .array(reportSchema)
    .parse(readJson("reported_in_issues.json"))
    .filter((report) => report.what.startsWith("OpenAI"));
  const answer: ScriptedAnswer = {
    status: 200,
    body: readJson("openai", "chat_completion_structured_output.json"),
  };

  it("reported in issues are three: two refusals for tokens per minute and one set of headers", () => {
    expect(reports.map((report) => report.http_status ?? null)).toEqual([429, null, 429]);
  });

  it.each([
    { index: 0, waitMs: 1_780 },
    { index: 2, waitMs: 26_604 },
  ])(
    "429 number $index in issues: waits the $waitMs ms its message asks for and goes on",
    async ({ index, waitMs }) => {
      const report = reports[index];
      const limited = { status: report?.http_status ?? 0, body: report?.body };
      const { outcome, waits } = await replay(limited, answer);
      expectAnswered(outcome, answer);
      expect(waits).toEqual([waitMs]);
    },
  );

  it("headers that tell when the limits are renewed do not delay an answer", async () => {
    const { outcome, waits } = await replay({ ...answer, headers: reports[1]?.headers ?? {} } as ScriptedAnswer);
    expectAnswered(outcome, answer);
    expect(waits).toEqual([]);
  });
});
