import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import { beforeEach, describe, expect, it } from "vitest";
import { handler as closePosition } from "../../functions/api/close-position.ts";
import { handler as startAnalysis } from "../../functions/api/start-analysis.ts";
import type { Contract } from "../../lib/http/contract.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import committed from "../../lib/http/openapi.json" with { type: "json" };
import { anyObject } from "../../lib/http/params.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import { AppError } from "../../lib/runtime/errors.ts";
import { put } from "../../lib/store/actions.ts";
import { contracts, unknownRun, useEndpoints } from "../support/endpoints.ts";

const api = useEndpoints();
const { ask, data, refusal, start, complete, contents, enter } = api;

describe("GET /status", () => {
  it("of a system that never ran says that seven days remain", async () => {
    expect(await data("GET /status")).toEqual({
      phase: "paper_trading",
      emergence_active: false,
      emergence_days_remaining: 7,
      open_position_count: 0,
      last_run_completed_at: null,
      active_run_id: null,
    });
  });

  it.each([
    [0, false, 7],
    [1, false, 6],
    [2, false, 5],
    [3, false, 4],
    [4, false, 3],
    [5, false, 2],
    [6, false, 1],
    [7, true, 0],
    [8, true, 0],
  ])("%d days after the first completed run: emergence active %s, %d days remain", async (days, active, remaining) => {
    const value = addDays("2026-03-02", -days);
    await api.services.store.transact([put({ ...api.services.store.keys.configuration("system_start_date"), value })]);
    expect(await data("GET /status")).toMatchObject({
      emergence_active: active,
      emergence_days_remaining: remaining,
    });
  });

  it("warms up for as long as runs look back, and for seven days where that cannot be read", async () => {
    const { store } = api.services;
    const keep = (key: string, value: string) => put({ ...store.keys.configuration(key), value });
    await store.transact([keep("system_start_date", "2026-02-23"), keep("emergence_window_days", "10")]);
    expect(await data("GET /status")).toMatchObject({ emergence_active: false, emergence_days_remaining: 3 });
    await store.transact([keep("emergence_window_days", "a week")]);
    expect(await data("GET /status")).toMatchObject({ emergence_active: true, emergence_days_remaining: 0 });
  });

  it("names the active run, and when the last one completed", async () => {
    const id = await start();
    expect(await data("GET /status")).toMatchObject({ active_run_id: id, last_run_completed_at: null });
    await complete(id);
    expect(await data("GET /status")).toMatchObject({
      active_run_id: null,
      last_run_completed_at: "2026-03-02T15:30:00.000Z",
      emergence_days_remaining: 7,
    });
  });

  it("counts days by the market's time in a replay", async () => {
    enter({ MARKET_CLOCK: "2021-01-27T19:00:00Z" });
    const setting = api.services.store.keys.configuration("system_start_date");
    await api.services.store.transact([put({ ...setting, value: "2021-01-22" })]);
    expect(await data("GET /status")).toMatchObject({ emergence_days_remaining: 2 });
  });
});

describe("the open endpoints", () => {
  it("GET / is the card, and sends a browser to the dashboard", async () => {
    const card = await ask("GET /");
    expect(card.status).toBe(200);
    expect(card.body).toMatchObject({ name: "WSB Signals API", version: "1.0", status: "running", docs: "/docs" });
    const browser = await ask("GET /", { headers: { Accept: "text/html,*/*" } });
    expect(browser.status).toBe(302);
    expect(browser.headers.location).toBe("/app/");
  });

  it("GET /openapi.json is the committed document", async () => {
    expect((await ask("GET /openapi.json")).body).toEqual(committed);
  });

  it("GET /docs lists every operation, and loads the reference from its own origin alone", async () => {
    const { body: page, headers } = await ask("GET /docs");
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    for (const name of contracts.keys()) expect(page).toContain(`<li><code>${name}</code> `);
    expect(page).toContain(
      "<li><code>POST /analyze</code> Start an analysis run. Exactly one runs at a time: " +
        "while one does, 409 names it in <code>error.details.active_run_id</code>.",
    );
    expect(page).toContain("<li><code>GET /api/v1/health/live</code> The process answers (open). ");
    // Relative, because the bare API has its stage in front of its paths.
    const loaded = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]);
    expect(new Set(loaded)).toEqual(
      new Set([
        "data:,",
        "app/docs/swagger-ui.css",
        "app/docs/reference.css",
        "app/docs/swagger-ui-bundle.js",
        "app/docs/reference.js",
        "app/",
        "openapi.json",
      ]),
    );
  });

  it("GET /api/v1/health says what works", async () => {
    const upBefore = Math.floor(process.uptime());
    const health = await data("GET /api/v1/health");
    expect(health).toEqual({
      status: "healthy",
      timestamp: "2026-03-02T15:30:00.000Z",
      version: "1.0",
      uptime_seconds: expect.any(Number),
      checks: { order_queue: true, websocket_manager: true, algorithm_connected: false },
    });
    expect(health.uptime_seconds).toBeGreaterThanOrEqual(upBefore);
    expect(health.uptime_seconds).toBeLessThanOrEqual(Math.floor(process.uptime()));
    expect(await ask("GET /api/v1/health/live")).toMatchObject({ status: 200, body: { status: "alive" } });
    expect(await ask("GET /api/v1/health/ready")).toMatchObject({ status: 200, body: { status: "ready" } });
  });
});

describe("without a table", () => {
  beforeEach(() => enter({ DYNAMODB_ENDPOINT: "http://127.0.0.1:9" }));

  it("health still answers, readiness is 503", async () => {
    expect(await data("GET /api/v1/health")).toMatchObject({
      status: "unhealthy",
      checks: { order_queue: false, websocket_manager: false, algorithm_connected: false },
    });
    expect(await data("GET /api/v1/system")).toMatchObject({
      ...{ algorithm_connected: false, order_queue_active: false, websocket_connections: 0 },
    });
    expect(await refusal("GET /api/v1/health/ready")).toMatchObject({ status: 503, code: "NOT_READY" });
    expect((await ask("GET /api/v1/health/live")).status).toBe(200);
  });

  it.each(["POST /analyze", "GET /runs", "GET /runs/{id}/status", "GET /signals", "GET /signals/{id}", "GET /status"])(
    "%s is 500 DATABASE_ERROR that shows nothing but the request id",
    async (name) => {
      expect(await refusal(name, { params: { id: unknownRun } })).toEqual({
        status: 500,
        code: "DATABASE_ERROR",
        message: "The store failed; nothing was changed that is not complete.",
        details: { request_id: "test-request" },
      });
      expect(api.cloud.log.lines.at(-1)).toMatchObject({ level: "error", fields: { requestId: "test-request" } });
    },
  );
});

/** What an endpoint that needs a body takes; a bad one would be refused before anything is looked for. */
const fittingBodies: Record<string, object> = {
  "POST /positions/{id}/close": { reason: "enough" },
  "PATCH /predictions/{id}/override": { override_result: "correct" },
  "POST /api/v1/orders/{id}/approve": { approved_by: "Ann" },
  "POST /api/v1/orders/{id}/refuse": { refused_by: "Ann" },
};
/** There what could be a symbol has no positions, which is an answer. */
const ofSymbols = "GET /api/v1/positions/{id}";

describe("what is not there", () => {
  const withId = [...contracts.keys()].filter((name) => name.includes("{id}") && name !== ofSymbols);

  it.each(withId)("%s is 404 for an id that nobody has, whatever it looks like", async (name) => {
    const before = await contents();
    // The last two would be ids of answer runs.
    const ids = [unknownRun, "0", "-1", "1 or 1=1", "%00", "..%2F..", "x".repeat(300), "%E0%A4%A", "<script>"];
    for (const id of [...ids, "42", "3f1c0f0e-6a0c-4c0b-9d5c-5c1d0a1b2c3d"]) {
      const body = fittingBodies[name];
      expect(await refusal(name, { params: { id }, body })).toMatchObject({ status: 404, code: "NOT_FOUND" });
    }
    expect(await contents()).toEqual(before);
  });
});

describe("a bad body", () => {
  const posts = [...contracts.keys()].filter((name) => name.startsWith("POST "));
  const params = { id: unknownRun, run_id: unknownRun };

  it.each(posts)("is refused by %s, and nothing is written", async (name) => {
    const before = await contents();
    const bad = [
      "null",
      "false",
      "0",
      '""',
      "[]",
      '"text"',
      "{",
      '{"a":1',
      '{"a":1,}',
      "\ufeff{}",
      "NaN",
      '{"a":NaN}',
      "{'a':1}",
      " ",
      '{"more":1}',
      '{"__proto__":{"admin":true}}',
      '{"constructor":{"prototype":{}}}',
      '{"":0}',
    ];
    for (const rawBody of bad) {
      const refused = await refusal(name, { rawBody, params });
      expect(refused).toMatchObject({ status: 422, code: "VALIDATION_ERROR" });
      expect(refused.details.length).toBeGreaterThan(0);
      for (const detail of refused.details) {
        expect(detail).toEqual({ field: expect.any(String), problem: expect.any(String) });
      }
    }
    expect(await contents()).toEqual(before);
  });

  it("names the property nobody knows", async () => {
    expect(await refusal("POST /analyze", { rawBody: '{"force":true,"dry":1}' })).toMatchObject({
      details: [
        { field: "force", problem: "is not known here" },
        { field: "dry", problem: "is not known here" },
      ],
    });
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "application/json;charset=latin1",
    "application/jsonx",
  ])("of the media type %j is 415", async (type) => {
    const refused = await refusal("POST /analyze", { rawBody: "{}", headers: { "content-type": type } });
    expect(refused).toMatchObject({ status: 415, code: "UNSUPPORTED_MEDIA_TYPE" });
  });

  it.each(["application/json", "Application/JSON; Charset=UTF-8", 'application/json; charset="utf-8"', "", undefined])(
    "of the media type %j is read",
    async (type) => {
      const headers = { "content-type": type } as Record<string, string>;
      expect((await ask("POST /analyze", { rawBody: "{}", headers })).status).toBe(202);
    },
  );

  it("over 256 KB is 413, whatever else is wrong with it, and one of 256 KB is read", async () => {
    const bodyOf = (bytes: number) => `{"ü":"${"x".repeat(bytes - '{"ü":""}'.length - 1)}"}`;
    const tooLong = await refusal("POST /analyze", { rawBody: bodyOf(262_145), headers: { "content-type": "a/b" } });
    expect(tooLong).toMatchObject({ status: 413, code: "PAYLOAD_TOO_LARGE" });
    expect(await refusal("POST /analyze", { rawBody: bodyOf(262_144) })).toMatchObject({ status: 422 });
  });

  it.each([
    ["half a surrogate pair", '{"reason":"\\ud83d"}', "reason"],
    ["the other half first", '{"reason":"\\udca9\\ud83d"}', "reason"],
    ["what a gateway puts for bytes that are no UTF-8", '{"reason":"a\ufffdb"}', "reason"],
  ])("with %s is refused, and nothing is written", async (_what, rawBody, field) => {
    const before = await contents();
    expect(await refusal("POST /positions/{id}/close", { rawBody, params })).toMatchObject({
      status: 422,
      details: [{ field, problem: "must be well-formed Unicode" }],
    });
    expect(await contents()).toEqual(before);
  });

  it("of bytes that are no UTF-8 is refused where the gateway hands them over in base64", async () => {
    const event = {
      body: Buffer.from('{"reason":"\xff"}', "latin1").toString("base64"),
      isBase64Encoded: true,
      headers: {},
      pathParameters: params,
    } as never as APIGatewayProxyEvent;
    const answered = await closePosition(event, { getRemainingTimeInMillis: () => 1_000 } as Context);
    expect(JSON.parse(answered.body).error).toMatchObject({
      code: "VALIDATION_ERROR",
      details: [{ field: "reason", problem: "must be well-formed Unicode" }],
    });
  });

  it("names the field that is not well-formed, however deep it lies", async () => {
    const key = "quality_min_users";
    const refused = (rawBody: string) => refusal("PUT /config/{key}", { rawBody, params: { key } });
    expect(await refused('{"value":[["\\ud800"]]}')).toMatchObject({ details: [{ field: "value.0.0" }] });
    expect(await refused('{"value":[{"\\ud800":1}]}')).toMatchObject({ details: [{ field: "value.0" }] });
    expect(await refused(`{"value":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)).toMatchObject({ status: 422 });
  });

  it.each([
    ["ill-formed texts deep in lists", `{"value":${"[".repeat(40)}${Array(40_000).fill('"\ufffd"')}${"]".repeat(40)}}`],
    ["unknown fields", `{${Array.from({ length: 25_000 }, (_, n) => `"${n}":1`)}}`],
    ["unknown settings", `{"value":1,"also":{${Array.from({ length: 25_000 }, (_, n) => `"${n}":1`)}}}`],
  ])("with thousands of %s is answered with the first fifty", async (_what, rawBody) => {
    const refused = await refusal("PUT /config/{key}", { rawBody, params: { key: "quality_min_users" } });
    expect(refused).toMatchObject({ status: 422, code: "VALIDATION_ERROR" });
    expect(refused.details).toHaveLength(50);
    expect(refused.message.length).toBeLessThan(10_000);
  });

  it("of a whole pair is text like any other", async () => {
    const refused = await refusal("POST /positions/{id}/close", { rawBody: '{"reason":"\\ud83d\\udca9"}', params });
    expect(refused).toMatchObject({ status: 404 });
  });

  it.each(["[", '{"a":'])("nested 5,000 deep with %j is refused at once", async (open) => {
    const close = open === "[" ? "]" : "}";
    const rawBody = `${open.repeat(5_000)}${open === "[" ? "" : "1"}${close.repeat(5_000)}`;
    const began = performance.now();
    expect((await refusal("POST /analyze", { rawBody })).status).toBe(422);
    // The bar is 50 ms; a busy machine gets some more.
    expect(performance.now() - began).toBeLessThan(500);
  });

  it.each(["%%%", "not base64", "e30", "bnVsbA=="])(
    "that claims to be base64 but reads %j is refused or read as JSON",
    async (body) => {
      const event = {
        body,
        isBase64Encoded: true,
        headers: { "content-type": "application/json" },
        requestContext: { requestId: "r" },
      } as never as APIGatewayProxyEvent;
      const { statusCode } = await startAnalysis(event, { getRemainingTimeInMillis: () => 1_000 } as Context);
      expect(statusCode).toBe(body === "e30" ? 202 : 422);
    },
  );
});

describe("a query", () => {
  it.each(["\ufffd", "\ud800"])("with %j, which is no text, is refused with the parameter's name", async (cursor) => {
    expect(await refusal("GET /runs", { query: { cursor } })).toMatchObject({
      status: 422,
      details: [{ field: "cursor", problem: "must be well-formed Unicode" }],
    });
  });
});

describe("a path", () => {
  it("is decoded once", async () => {
    const idOf = async (id: string) => (await ask("GET /portfolios/{id}", { params: { id } })).status;
    expect(await idOf("%73tocks_quality")).toBe(200);
    expect(await idOf("%2573tocks_quality")).toBe(404);
  });
});

describe("an Idempotency-Key", () => {
  it("means nothing where the contract does not promise to honour it", async () => {
    const headers = { "Idempotency-Key": "no key at all" };
    const request = { params: { key: "quality_min_users" }, body: { value: 3 }, headers };
    expect((await ask("PUT /config/{key}", request)).status).toBe(200);
    expect((await ask("PUT /config/{key}", { ...request, body: { value: 4 } })).status).toBe(200);
  });
});

describe("the request id", () => {
  it("is the client's in header and error, unless it could forge a log line", async () => {
    const sent = await ask("GET /runs/{id}/status", { params: { id: "x" }, headers: { "X-Request-Id": "mine-1" } });
    expect(sent.headers["x-request-id"]).toBe("mine-1");
    for (const forged of ["a\nb", "x".repeat(5_000)]) {
      const answer = await ask("GET /runs", { headers: { "X-Request-Id": forged } });
      expect(answer.headers["x-request-id"]).toBe("test-request");
    }
  });
});

describe("an endpoint", () => {
  const contract: Contract = {
    method: "GET",
    path: "/x",
    summary: "x",
    description: "x",
    tag: "System",
    response: anyObject,
  };
  const event = { headers: null, requestContext: { requestId: "r" } } as never as APIGatewayProxyEvent;
  const context = { getRemainingTimeInMillis: () => 1_000 } as Context;

  it("answers in the envelope even where its services cannot be built", async () => {
    const handler = endpoint(
      contract,
      () => {
        throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", "Bad setting: X.");
      },
      async () => ({ data: {} }),
    );
    const { statusCode, body } = await handler(event, context);
    expect(statusCode).toBe(503);
    expect(JSON.parse(body)).toEqual({ error: { code: "CONFIGURATION_ERROR", message: "Bad setting: X." } });
  });

  it("shows nothing of an unexpected error, and logs it with its stack", async () => {
    const handler = endpoint(
      contract,
      () => api.services,
      async () => {
        throw new TypeError("secret detail");
      },
    );
    const { statusCode, body } = await handler(event, context);
    expect(statusCode).toBe(500);
    expect(JSON.parse(body).error).toMatchObject({ code: "INTERNAL_ERROR", details: { request_id: "r" } });
    expect(body).not.toContain("secret");
    expect(api.cloud.log.lines.at(-1)?.fields.error).toBeInstanceOf(TypeError);
  });

  it("never sends what its contract does not promise", async () => {
    const handler = endpoint(
      contract,
      () => api.services,
      async () => ({ data: "no object" }),
    );
    expect((await handler(event, context)).statusCode).toBe(500);
  });
});
