import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { createOpenAi, type OpenAiSettings } from "../../../../lib/providers/openai/client.ts";
import { isTooLong } from "../../../../lib/providers/openai/failure.ts";
import type { Effort, ModelRequest } from "../../../../lib/providers/openai/model.ts";
import { type AppError, isAppError } from "../../../../lib/runtime/errors.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { recordedMetrics } from "../../../support/recorded-metrics.ts";
import { type ScriptedAnswer, type ScriptedServer, startScriptedServer } from "../../../support/scripted-server.ts";

const key = "sk-canary-0123456789";
const servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function setup(answers: ScriptedAnswer[], settings: Partial<OpenAiSettings> = {}) {
  const server = await startScriptedServer(answers);
  servers.push(server);
  const waits: number[] = [];
  const log = recordedLog();
  const metrics = recordedMetrics();
  const model = createOpenAi(
    {
      baseUrl: server.baseUrl,
      apiKey: key,
      model: "gpt-4o-mini",
      standIn: false,
      timeoutMs: 5_000,
      temperature: 0.3,
      topP: 1,
      maxOutputTokens: 500,
      maxImageTokens: 300,
      ...settings,
    },
    {
      sleep: async (ms) => void waits.push(ms),
      random: () => 0,
      log,
      metrics,
      clock: { now: () => new Date("2026-11-20T10:00:00Z") },
    },
  );
  return { model, waits, log, metrics, requests: server.requests };
}

function completion(content: string | null, rest: { refusal?: string; finish_reason?: string } = {}): ScriptedAnswer {
  return {
    status: 200,
    body: {
      id: "chatcmpl-1",
      object: "chat.completion",
      choices: [
        {
          index: 0,
          finish_reason: rest.finish_reason ?? "stop",
          message: { role: "assistant", content, refusal: rest.refusal ?? null },
        },
      ],
      usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
    },
  };
}

function failure(status: number, error: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  return { status, headers, body: { error: { message: "no", type: "x", param: null, code: null, ...error } } };
}

const request: ModelRequest<{ answer: number }> = {
  system: "be brief",
  user: "how many?",
  schemaName: "count",
  schema: z.object({ answer: z.number(), unit: z.string().nullable() }),
  read: (text) => z.object({ answer: z.number() }).parse(JSON.parse(text)),
  marketTime: new Date("2021-01-27T15:00:00Z"),
  about: { commentId: "c1" },
};
const image = {
  instruction: "what is to be seen?",
  imageUrl: "https://i.redd.it/a.jpg",
  marketTime: new Date("2021-01-27T15:00:00Z"),
  postId: "p1",
};

async function failed(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => new Error("did not fail"),
    (reason: unknown) => reason,
  );
  if (!isAppError(error)) throw error;
  return error;
}

describe("a comment call", () => {
  it("asks for the strict schema with the configured parameters and returns value and usage", async () => {
    const { model, requests, waits, log } = await setup([completion('{"answer": 3}')]);
    expect(await model.reply(request)).toEqual({
      value: { answer: 3 },
      usage: { promptTokens: 100, completionTokens: 10 },
    });
    expect(waits).toEqual([]);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.path).toBe("/v1/chat/completions");
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
    expect(requests[0]?.body).toEqual({
      model: "gpt-4o-mini",
      temperature: 0.3,
      top_p: 1,
      max_completion_tokens: 500,
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: "how many?" },
      ],
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "count",
          strict: true,
          schema: {
            type: "object",
            properties: { answer: { type: "number" }, unit: { type: ["string", "null"] } },
            required: ["answer", "unit"],
            additionalProperties: false,
          },
        },
      },
    });
    expect(log.lines).toMatchObject([
      { level: "info", fields: { commentId: "c1", promptTokens: 100, completionTokens: 10, finishReason: "stop" } },
    ]);
  });

  it("tells the market time to a stand-in and to nobody else", async () => {
    const real = await setup([completion('{"answer": 1}')]);
    await real.model.reply(request);
    expect(real.requests[0]?.headers).not.toHaveProperty("x-market-time");
    const standIn = await setup([completion('{"answer": 1}')], { standIn: true });
    await standIn.model.reply(request);
    expect(standIn.requests[0]?.headers["x-market-time"]).toBe("2021-01-27T15:00:00.000Z");
  });

  it.each(["", "  ", "sk-with space", "sk-with\nnewline", "sk-ключ"])(
    "refuses %j as a key at start",
    async (apiKey) => {
      await expect(setup([], { apiKey })).rejects.toMatchObject({
        name: "BadConfiguration",
        code: "CONFIGURATION_ERROR",
        message: expect.not.stringContaining("sk-"),
      });
    },
  );

  it.each([
    { what: "429", answer: failure(429, { code: "rate_limit_exceeded" }) },
    { what: "500", answer: failure(500) },
    { what: "502 with HTML", answer: { status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad</h1>" } },
    { what: "503", answer: failure(503) },
    { what: "408", answer: failure(408) },
    { what: "409", answer: failure(409) },
    { what: "a lost connection", answer: { drop: "before head" as const } },
    { what: "a connection lost within the answer", answer: { drop: "in body" as const } },
    { what: "a reply that is not JSON", answer: completion("I think it is three.") },
    { what: "a reply of another form", answer: completion('{"answer": "three"}') },
    { what: "an empty reply", answer: completion(null) },
    { what: "an answer that is not JSON", answer: { status: 200, body: "{" } },
    { what: "an answer that is HTML", answer: { status: 200, headers: { "content-type": "text/html" }, body: "<p>" } },
    { what: "an empty answer", answer: { status: 200, body: "" } },
    { what: "an answer without choices", answer: { status: 200, body: { choices: [] } } },
  ])("tries again after 1, 2, 4 s on $what, and succeeds with the fourth call", async ({ answer }) => {
    const { model, waits, requests } = await setup([answer, answer, answer, completion('{"answer": 3}')]);
    expect((await model.reply(request)).value).toEqual({ answer: 3 });
    expect(waits).toEqual([1_000, 2_000, 4_000]);
    expect(requests).toHaveLength(4);
  });

  it("gives up after four calls as OpenAiUnavailable", async () => {
    const { model, requests, log, metrics } = await setup([failure(500)]);
    const error = await failed(model.reply(request));
    expect(error).toMatchObject({
      name: "OpenAiUnavailable",
      code: "OPENAI_API_ERROR",
      details: { usage: { promptTokens: 0, completionTokens: 0 } },
    });
    expect(requests).toHaveLength(4);
    expect(log.lines.map((line) => [line.message, line.fields.attempt, line.fields.waitMs])).toEqual([
      ["call failed, trying again", 1, 1_000],
      ["call failed, trying again", 2, 2_000],
      ["call failed, trying again", 3, 4_000],
      ["model call given up", undefined, undefined],
    ]);
    expect(log.lines.every((line) => line.level === "warn" && line.fields.commentId === "c1")).toBe(true);
    metrics.publish();
    expect(metrics.take()).toEqual({ ModelCalls: 4, ModelRetries: 3, ModelFailures: 1 });
  });

  it("is measured by calls, retries and the tokens of every answer", async () => {
    const { model, metrics } = await setup([failure(503), completion("no JSON"), completion('{"answer": 3}')]);
    await model.reply(request);
    metrics.publish();
    expect(metrics.take()).toEqual({ ModelCalls: 3, ModelRetries: 2, ModelTokens: 220 });
  });

  it("logs the first 80 characters of the raw reply when it gives up", async () => {
    const { model, log } = await setup([completion(`nonsense ${"x".repeat(200)}`)]);
    await failed(model.reply(request));
    expect(log.lines.at(-1)).toMatchObject({
      level: "warn",
      message: "model call given up",
      fields: { commentId: "c1", replyStart: `nonsense ${"x".repeat(71)}` },
    });
  });

  it.each([
    { what: "a refusal", answer: completion(null, { refusal: "I will not." }) },
    { what: "a content filter", answer: completion("", { finish_reason: "content_filter" }) },
    { what: "a truncated reply", answer: completion('{"answer": 3}', { finish_reason: "length" }) },
  ])("tries once more on $what, then gives up with what was spent", async ({ answer }) => {
    const { model, waits, requests } = await setup([answer]);
    const error = await failed(model.reply(request));
    expect(error).toMatchObject({
      name: "OpenAiUnavailable",
      details: { usage: { promptTokens: 200, completionTokens: 20 } },
    });
    expect(requests).toHaveLength(2);
    expect(waits).toEqual([1_000]);
  });

  it("counts the tokens of failed attempts into a later success", async () => {
    const { model } = await setup([
      completion("?"),
      failure(500),
      completion(null, { refusal: "no" }),
      completion('{"answer": 3}'),
    ]);
    expect(await model.reply(request)).toEqual({
      value: { answer: 3 },
      usage: { promptTokens: 300, completionTokens: 30 },
    });
  });

  it("counts the tokens spent before the key is refused", async () => {
    const { model } = await setup([completion("?"), failure(401)]);
    expect(await failed(model.reply(request))).toMatchObject({
      name: "OpenAiRefused",
      details: { usage: { promptTokens: 100, completionTokens: 10 } },
    });
  });

  it.each(["before head", "in body", "in error body"] as const)(
    "ends a call that hangs %s at the time-out and tries again",
    async (hang) => {
      const { model, waits, requests } = await setup([{ hang }, completion('{"answer": 3}')], { timeoutMs: 150 });
      expect((await model.reply(request)).value).toEqual({ answer: 3 });
      expect(waits).toEqual([1_000]);
      expect(requests).toHaveLength(2);
    },
  );

  it("says how long it waited when nothing ever answers", async () => {
    const { model } = await setup([{ hang: "before head" }], { timeoutMs: 40 });
    expect((await failed(model.reply(request))).message).toBe("OpenAI did not answer within 40 ms");
  });

  it("names the network's error when nobody listens", async () => {
    const { model } = await setup([], { baseUrl: "http://127.0.0.1:1/v1" });
    expect((await failed(model.reply(request))).message).toMatch(/^no connection to OpenAI/);
  });
});

describe("waiting as long as asked", () => {
  it.each([
    { what: "Retry-After: 2", headers: { "retry-after": "2" }, message: "no", waits: [2_000] },
    { what: "Retry-After: 30", headers: { "retry-after": "30" }, message: "no", waits: [30_000] },
    { what: "a date", headers: { "retry-after": "Fri, 20 Nov 2026 10:00:07 GMT" }, message: "no", waits: [7_000] },
    { what: "retry-after-ms", headers: { "retry-after-ms": "1500" }, message: "no", waits: [1_500] },
    { what: "the message", headers: {}, message: "Please try again in 1.78s.", waits: [1_780] },
    { what: "minutes in the message", headers: {}, message: "Please try again in 0m12.5s.", waits: [12_500] },
    { what: "milliseconds in the message", headers: {}, message: "Please try again in 120ms.", waits: [1_000] },
    { what: "the longest of two", headers: { "retry-after": "1" }, message: "try again in 9s", waits: [9_000] },
    { what: "an unreadable header", headers: { "retry-after": "soon" }, message: "no", waits: [1_000] },
    { what: "a negative header", headers: { "retry-after": "-5" }, message: "no", waits: [1_000] },
  ])("$what", async ({ headers, message, waits: expected }) => {
    const limited = failure(429, { code: "rate_limit_exceeded", message }, headers as Record<string, string>);
    const { model, waits } = await setup([limited, completion('{"answer": 3}')]);
    await model.reply(request);
    expect(waits).toEqual(expected);
  });

  it.each([
    { headers: { "retry-after": "120" }, message: "no", seconds: 120 },
    { headers: { "retry-after": "31" }, message: "no", seconds: 31 },
    { headers: {}, message: "Please try again in 6m0s.", seconds: 360 },
    { headers: {}, message: "Please try again in 1h2m3s.", seconds: 3_723 },
  ])("leaves a wait of $seconds s to the workflow", async ({ headers, message, seconds }) => {
    const limited = failure(429, { code: "rate_limit_exceeded", message }, headers as Record<string, string>);
    const { model, waits, requests } = await setup([limited]);
    const error = await failed(model.reply(request));
    expect(error).toMatchObject({ name: "OpenAiThrottled", retryable: true, retryAfterSeconds: seconds });
    expect(waits).toEqual([]);
    expect(requests).toHaveLength(1);
  });
});

describe("what is never asked twice", () => {
  it.each([
    { status: 429, error: { code: "insufficient_quota", type: "insufficient_quota" }, message: /quota/ },
    { status: 429, error: { type: "insufficient_quota" }, message: /quota/ },
    { status: 429, error: { code: "billing_hard_limit_reached" }, message: /quota/ },
    { status: 400, error: { code: "billing_hard_limit_reached" }, message: /quota/ },
    { status: 402, error: {}, message: /quota/ },
    {
      status: 401,
      error: { code: "invalid_api_key", message: `Incorrect API key: ${key}` },
      message: /refused the API key/,
    },
    { status: 403, error: { code: "unsupported_country_region_territory" }, message: /refused access/ },
    {
      status: 404,
      error: { code: "model_not_found", message: "no such model" },
      message: /404, model_not_found.*no such model/,
    },
    {
      status: 400,
      error: { code: "unsupported_value", message: `bad ${key}` },
      message: /400, unsupported_value.*bad \[redacted\]/,
    },
    { status: 422, error: {}, message: /422/ },
  ])("$status $error is refused after one call", async ({ status, error, message }) => {
    const { model, requests, waits, log } = await setup([failure(status, error, { "retry-after": "2" })]);
    const thrown = await failed(model.reply(request));
    expect(thrown).toMatchObject({ name: "OpenAiRefused", code: "OPENAI_API_ERROR", retryable: false });
    expect(thrown.message).toMatch(message);
    expect(requests).toHaveLength(1);
    expect(waits).toEqual([]);
    expect(`${JSON.stringify(log.lines)}${thrown.stack}${JSON.stringify(thrown)}`).not.toContain("canary");
  });

  it("is not quoted where its refusal quotes the question, however escaped: messages are logged", async () => {
    const user = 'bought "GME" calls,\nbecause short interest is 120%';
    const quoting = `400: input ${JSON.stringify(JSON.stringify(user))} is not valid`;
    const { model } = await setup([failure(400, { code: "bad", message: quoting })]);
    const thrown = await failed(model.reply({ ...request, user }));
    expect(thrown.message).toBe("OpenAI does not accept the request (HTTP 400, bad): it quotes the question");
  });

  it.each(["content_filter", "invalid_prompt", "context_length_exceeded"])(
    "400 %s concerns this one comment and does not refuse the others",
    async (code) => {
      const { model, requests } = await setup([failure(400, { code })]);
      expect(await failed(model.reply(request))).toMatchObject({ name: "OpenAiUnavailable", retryable: false });
      expect(requests).toHaveLength(1);
    },
  );

  it("does not follow a redirect, least of all with the key", async () => {
    const elsewhere = await startScriptedServer([completion('{"answer": 3}')]);
    servers.push(elsewhere);
    const location = `${elsewhere.baseUrl}/chat/completions`;
    const { model, requests } = await setup([{ status: 307, headers: { location }, body: "" }]);
    const error = await failed(model.reply(request));
    expect(error).toMatchObject({ name: "OpenAiRefused", message: expect.stringContaining("redirect") });
    expect(requests).toHaveLength(1);
    expect(elsewhere.requests).toHaveLength(0);
  });
});

describe("a call with an effort of its own", () => {
  const effort: Effort = {
    policy: { retries: 1, waitsMs: [800], longestWaitMs: 6_000, countedAs: "ModelRetries" },
    timeoutMs: 40,
    maxOutputTokens: 8_000,
  };

  it("asks for as many tokens as it says, and is tried again as often as it says", async () => {
    const { model, requests, waits } = await setup([failure(500), failure(500), completion('{"answer": 3}')]);
    expect(await failed(model.reply({ ...request, effort }))).toMatchObject({ name: "OpenAiUnavailable" });
    expect(requests.map(({ body }) => (body as { max_completion_tokens: number }).max_completion_tokens)).toEqual([
      8_000, 8_000,
    ]);
    expect(waits).toEqual([800]);
  });

  it("may take longer or shorter than one about a comment", async () => {
    const hanging = await setup([{ hang: "before head" }, { hang: "before head" }], { timeoutMs: 60_000 });
    const error = await failed(hanging.model.reply({ ...request, effort }));
    expect(error.message).toBe("OpenAI did not answer within 40 ms");
    const patient = await setup([completion('{"answer": 3}')], { timeoutMs: 1 });
    const value = await patient.model.reply({ ...request, effort: { ...effort, timeoutMs: 5_000 } });
    expect(value.value).toEqual({ answer: 3 });
  });

  it("leaves the words of its reply out of the log, and says what it is about", async () => {
    const { model, log } = await setup([completion('{"secret": 1}'), completion('{"secret": 1}')]);
    await failed(model.reply({ ...request, effort, about: { runId: "r1", role: "writer" } }));
    expect(JSON.stringify(log.lines)).not.toContain("secret");
    expect(log.lines.at(-1)).toMatchObject({ level: "warn", fields: { runId: "r1", role: "writer" } });
  });

  it("tells a question that is too long from one that is not liked", async () => {
    const thrown = async (answer: ScriptedAnswer) =>
      isTooLong(await failed((await setup([answer])).model.reply({ ...request, effort })));
    expect(await thrown(failure(400, { code: "context_length_exceeded" }))).toBe(true);
    expect(await thrown(failure(413))).toBe(true);
    expect(await thrown(failure(400, { code: "content_filter" }))).toBe(false);
  });

  it("hands on what reading a reply threw, as the cause", async () => {
    const { model } = await setup([completion("{}"), completion("{}")]);
    const cause = new Error("no chunk is named");
    const read = () => {
      throw cause;
    };
    expect((await failed(model.reply({ ...request, effort, read }))).cause).toBe(cause);
  });

  it("asks for the form without ranges, which not every strict mode knows", async () => {
    const { model, requests } = await setup([completion('{"answer": 3}')]);
    const schema = z.strictObject({
      share: z.number().min(0).max(1),
      text: z.string().min(1),
      n: z.number().int().min(0),
    });
    await model.reply({ ...request, effort, schema });
    const properties = { share: { type: "number" }, text: { type: "string" }, n: { type: "integer" } };
    expect(requests[0]?.body).toMatchObject({ response_format: { json_schema: { schema: { properties } } } });
    expect(JSON.stringify(requests[0]?.body)).not.toMatch(/minimum|maximum|minLength/);
  });
});

describe("a service that does not take every parameter", () => {
  const usual = ["max_completion_tokens", "messages", "model", "response_format", "temperature", "top_p"];
  const without = (...names: string[]) => usual.filter((name) => !names.includes(name));
  const sent = (requests: readonly { body: unknown }[]) => requests.map(({ body }) => Object.keys(body ?? {}).sort());
  const unsupported = (param: string) => failure(400, { code: "unsupported_parameter", param });

  it("is asked without what it refuses, at once, and never again with it", async () => {
    const answers = [unsupported("top_p"), unsupported("temperature"), completion('{"answer": 3}')];
    const { model, requests, waits, log } = await setup([...answers, completion('{"answer": 4}')]);
    expect((await model.reply(request)).value).toEqual({ answer: 3 });
    expect((await model.reply(request)).value).toEqual({ answer: 4 });
    const plain = without("top_p", "temperature");
    expect(sent(requests)).toEqual([usual, without("top_p"), plain, plain]);
    expect(waits).toEqual([]);
    expect(log.lines.filter(({ level }) => level === "warn").map(({ fields }) => fields.parameter)).toEqual([
      "top_p",
      "temperature",
    ]);
  });

  it.each([
    ["a value it does not support", { code: "unsupported_value", param: "temperature" }, without("temperature")],
    ["a word in its message alone", { message: "Unrecognized request argument: top_p" }, without("top_p")],
    ["the form of the reply", { param: "response_format" }, without("response_format")],
    ["the kind of form", { message: "'json_schema' is not available here" }, without("response_format")],
  ])("may name %s", async (_, error, rest) => {
    const { model, requests } = await setup([failure(400, error), completion('{"answer": 3}')]);
    expect((await model.reply(request)).value).toEqual({ answer: 3 });
    expect(sent(requests)).toEqual([usual, rest]);
  });

  it("is told the limit of the answer by its older name, and by none", async () => {
    const refusals = [unsupported("max_completion_tokens"), unsupported("max_tokens")];
    const { model, requests } = await setup([...refusals, completion('{"answer": 3}')]);
    expect((await model.reply(request)).value).toEqual({ answer: 3 });
    expect(requests[1]?.body).toMatchObject({ max_tokens: 500 });
    expect(sent(requests).at(-1)).toEqual(without("max_completion_tokens"));
  });

  it("is not asked again where it refuses what no question can do without", async () => {
    const { model, requests } = await setup([unsupported("messages")]);
    expect(await failed(model.reply(request))).toMatchObject({ name: "OpenAiRefused" });
    expect(requests).toHaveLength(1);
  });

  it("fails where it refuses a parameter that was not sent", async () => {
    const { model, requests } = await setup([unsupported("top_p")]);
    expect(await failed(model.reply(request))).toMatchObject({ name: "OpenAiRefused" });
    expect(requests).toHaveLength(2);
  });

  it("is sent none that the settings leave out", async () => {
    const { model, requests } = await setup([completion('{"answer": 3}')], { temperature: null, topP: null });
    await model.reply(request);
    expect(sent(requests)).toEqual([without("temperature", "top_p")]);
  });

  it("describes an image without it as well", async () => {
    const { model, requests } = await setup([unsupported("temperature"), completion("a chart")]);
    expect((await model.describeImage(image)).value).toBe("a chart");
    expect(sent(requests)[1]).toEqual(["max_completion_tokens", "messages", "model", "top_p"]);
  });
});

describe("a vision call", () => {
  it("passes the image by its address in high detail", async () => {
    const { model, requests } = await setup([completion("  a chart of GME, 5 days  ")]);
    expect(await model.describeImage(image)).toEqual({
      value: "a chart of GME, 5 days",
      usage: { promptTokens: 100, completionTokens: 10 },
    });
    expect(requests[0]?.body).toEqual({
      model: "gpt-4o-mini",
      temperature: 0.3,
      top_p: 1,
      max_completion_tokens: 300,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "what is to be seen?" },
            { type: "image_url", image_url: { url: "https://i.redd.it/a.jpg", detail: "high" } },
          ],
        },
      ],
    });
  });

  it.each([
    { what: "500", answer: failure(500) },
    { what: "an image that cannot be read", answer: failure(400, { code: "invalid_image_url" }) },
    { what: "an empty description", answer: completion(" ") },
  ])("tries again after 2, 5, 10 s on $what, then gives up", async ({ answer }) => {
    const { model, waits, requests, log } = await setup([answer]);
    expect(await failed(model.describeImage(image))).toMatchObject({ name: "OpenAiUnavailable" });
    expect(waits).toEqual([2_000, 5_000, 10_000]);
    expect(requests).toHaveLength(4);
    expect(log.lines.every((line) => line.fields.postId === "p1")).toBe(true);
  });

  it("keeps a description that was cut short", async () => {
    const { model } = await setup([completion("a long list of", { finish_reason: "length" })]);
    expect((await model.describeImage(image)).value).toBe("a long list of");
  });

  it.each([401, 404])("is refused at once on %s", async (status) => {
    const { model, requests } = await setup([failure(status)]);
    expect(await failed(model.describeImage(image))).toMatchObject({ name: "OpenAiRefused" });
    expect(requests).toHaveLength(1);
  });
});
