import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { APIGatewayAuthorizerResult, APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import type { Throttling } from "../../../lib/http/throttling.ts";
import { createLog } from "../../../lib/runtime/logger.ts";
import type { AuthorizerOptions } from "../../../localstack/front/authorizer.ts";
import { startFront } from "../../../localstack/front/server.ts";
import { keyHeaders } from "../../support/key-headers.ts";

const allowed = "https://desk.example.com";
const appDir = fileURLToPath(new URL("../../../localstack/front/app", import.meta.url));
const open: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of open.splice(0).reverse()) await close();
});

type Call = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

const answer = (body: unknown, statusCode = 200, headers = {}): APIGatewayProxyResult => ({
  statusCode,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
const echo: Call = async (event) => answer(event);

const policy = (Effect: "Allow" | "Deny", Resource = "*"): APIGatewayAuthorizerResult => ({
  principalId: "id-of-key",
  context: { apiKeyId: "id-of-key" },
  policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect, Resource }] },
});

const routes: [method: "GET" | "POST", path: string, open?: true][] = [
  ["GET", "/"],
  ["GET", "/runs"],
  ["GET", "/runs/{id}/status"],
  ["POST", "/runs/{id}/stop"],
  ["POST", "/analyze"],
  ["GET", "/open", true],
];

/** What the front logged since it was started. */
let logged: string[];

/** A front before functions that all do what `call` does. */
async function front(
  call: Call = echo,
  more: {
    timeoutMs?: number;
    isReady?: () => boolean;
    check?: AuthorizerOptions["check"];
    throttling?: Throttling;
  } = {},
) {
  logged = [];
  const { url, close } = await startFront({
    host: "127.0.0.1",
    port: 0,
    integrations: routes.map(([method, path, isOpen]) => ({
      contract: {
        ...{ method, path, operationId: "any", summary: "Any", description: "", tag: "Runs", response: z.unknown() },
        ...(isOpen && { open: true }),
      },
      call,
      timeoutMs: more.timeoutMs ?? 5_000,
    })),
    authorizer: { header: "x-api-key", ttlMs: 30_000, check: more.check ?? (async () => policy("Allow")) },
    log: createLog("INFO", (line) => logged.push(line)),
    corsAllowedOrigins: [allowed],
    appDir,
    throttling: more.throttling,
    isReady: more.isReady ?? (() => true),
  });
  open.push(close);
  return url.replace("localhost", "127.0.0.1");
}

const withKey = { "x-api-key": "k" };
const get = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers: { ...withKey, ...headers } });
const eventOf = async (response: Response) => (await response.json()) as APIGatewayProxyEvent;
const errorOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string; message: string } }).error;

/** A request whose path and headers reach the front as they are written here. */
function raw(url: string, path: string, headers: Record<string, string | string[]> = withKey) {
  const { hostname, port } = new URL(url);
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    httpRequest({ hostname, port, path, headers }, async (response) =>
      resolve({ status: response.statusCode, body: await text(response) }),
    )
      .on("error", reject)
      .end();
  });
}

describe("a function is handed", () => {
  it("the event of API Gateway's proxy integration", async () => {
    const url = await front();
    const response = await fetch(`${url}/runs/a%2Fb/stop?x=%2541&x=2?&y=a+b`, {
      method: "POST",
      headers: { "X-Api-Key": "k", "content-type": "application/json; charset=utf-8", "user-agent": "a test" },
      body: "{not json",
    });
    const { headers, multiValueHeaders, requestContext, ...event } = await eventOf(response);
    expect(event).toEqual({
      resource: "/runs/{id}/stop",
      path: "/runs/a%2Fb/stop",
      httpMethod: "POST",
      pathParameters: { id: "a%2Fb" },
      queryStringParameters: { x: "2?", y: "a b" },
      multiValueQueryStringParameters: { x: ["%41", "2?"], y: ["a b"] },
      stageVariables: null,
      body: "{not json",
      isBase64Encoded: false,
    });
    expect(headers).toMatchObject({ "X-Api-Key": "k", "content-type": "application/json; charset=utf-8" });
    expect(multiValueHeaders).toMatchObject({ "X-Api-Key": ["k"], "user-agent": ["a test"] });
    expect(requestContext).toMatchObject({
      stage: "local",
      path: "/local/runs/a%2Fb/stop",
      resourcePath: "/runs/{id}/stop",
      httpMethod: "POST",
      protocol: "HTTP/1.1",
      requestId: response.headers.get("x-request-id"),
      requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      requestTimeEpoch: expect.any(Number),
      identity: { sourceIp: "127.0.0.1", userAgent: "a test", apiKey: null },
      authorizer: { principalId: "id-of-key", apiKeyId: "id-of-key" },
    });
  });

  it("nothing where nothing was sent", async () => {
    expect(await eventOf(await get(`${await front()}/runs`))).toMatchObject({
      pathParameters: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      body: null,
    });
  });

  it.each(["null", "false", "0", '""', '"{}"', " 1"])("the JSON text %s as it came", async (body) => {
    const headers = { ...withKey, "content-type": "application/json" };
    const event = await eventOf(await fetch(`${await front()}/analyze`, { method: "POST", headers, body }));
    expect(event.body).toBe(body);
  });

  it("a header that was sent twice with both values, but the same key as one", async () => {
    const headers = { "X-Tag": ["a", "b"], "x-api-key": ["k", "k"] };
    const event = JSON.parse((await raw(await front(), "/runs", headers)).body) as APIGatewayProxyEvent;
    expect(event.multiValueHeaders).toMatchObject({ "X-Tag": ["a", "b"], "x-api-key": ["k"] });
    expect(event.headers).toMatchObject({ "X-Tag": "b", "x-api-key": "k" });
  });

  it("names that mean something to JavaScript like any other", async () => {
    const path = "/runs?__proto__=1&constructor=2&constructor=3";
    const { body } = await raw(await front(), path, { ...withKey, constructor: "c", ["__proto__"]: "p" });
    const event = JSON.parse(body) as APIGatewayProxyEvent;
    expect(Object.entries(event.multiValueQueryStringParameters ?? {})).toEqual([
      ["__proto__", ["1"]],
      ["constructor", ["2", "3"]],
    ]);
    expect(Object.entries(event.headers)).toContainEqual(["constructor", "c"]);
  });

  it.each(keyHeaders)("%s", async (_what, headers, key) => {
    const url = await front();
    const event = await eventOf(await fetch(`${url}/open`, { headers }));
    expect(event.headers).toMatchObject(headers.authorization ? { authorization: headers.authorization } : {});
    expect(event.headers["x-api-key"]).toBe(key);
    // Without one key the request never gets to a function that asks for one.
    expect((await fetch(`${url}/runs`, { headers })).status).toBe(key ? 200 : 401);
  });
});

describe("a path", () => {
  it.each([
    ["/runs/J%C3%B6rg/status", "J%C3%B6rg"],
    ["/runs/%2F/status", "%2F"],
    ["/runs/%25/status", "%25"],
    ["/runs/%2541/status", "%2541"],
    ["/runs/a:b;c@d/status", "a:b;c@d"],
    ["/runs/../status", ".."],
    [`/runs/${"x".repeat(5_000)}/status`, "x".repeat(5_000)],
    ["/runs/x/status/", "x"],
  ])("%s has its variable as it was sent", async (path, id) => {
    const { body } = await raw(await front(), path);
    expect((JSON.parse(body) as APIGatewayProxyEvent).pathParameters).toEqual({ id });
  });

  it.each(["/runs/%ZZ", "/runs/a/b/status", "/%72uns", "//runs", "/Runs", "/runs/a%2Fstatus", "/local/runs"])(
    "%s is none of the API's",
    async (path) => {
      const { status, body } = await raw(await front(), path);
      expect([status, JSON.parse(body).error.code]).toEqual([404, "NOT_FOUND"]);
    },
  );
});

describe("an answer of a function is passed on", () => {
  it("whatever its status", async () => {
    const url = await front(async () => answer({ error: { code: "ANALYSIS_ALREADY_RUNNING", message: "…" } }, 409));
    const response = await fetch(`${url}/analyze`, { method: "POST", headers: withKey });
    expect(response.status).toBe(409);
    expect((await errorOf(response)).code).toBe("ANALYSIS_ALREADY_RUNNING");
  });

  it("as the page or file it is", async () => {
    const headers = { "content-type": "text/html; charset=utf-8" };
    const url = await front(async () => ({ statusCode: 422, headers, body: "<p>not logged in</p>" }));
    const page = await get(`${url}/runs`);
    expect([page.status, await page.text()]).toEqual([422, "<p>not logged in</p>"]);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  });
});

describe("the check of keys", () => {
  it("asks the authorizer about the request, without its body", async () => {
    const asked: unknown[] = [];
    const url = await front(echo, {
      check: async (event) => {
        asked.push(event);
        return policy("Allow");
      },
    });
    await fetch(`${url}/runs/a%2Fb/stop?x=1`, { method: "POST", headers: withKey, body: "secret" });
    expect(asked).toMatchObject([
      {
        type: "REQUEST",
        methodArn: "arn:aws:execute-api:us-east-1:000000000000:local/local/POST/runs/a%2Fb/stop",
        resource: "/runs/{id}/stop",
        httpMethod: "POST",
        headers: withKey,
        pathParameters: { id: "a%2Fb" },
        queryStringParameters: { x: "1" },
      },
    ]);
    expect(JSON.stringify(asked)).not.toContain("secret");
  });

  it("keeps an answer for as long as the stage does, a refusal too", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const asked: (string | undefined)[] = [];
    const url = await front(echo, {
      check: async ({ headers }) => {
        asked.push(headers?.["x-api-key"]);
        return policy(headers?.["x-api-key"] === "good" ? "Allow" : "Deny");
      },
    });
    const statusOf = async (key: string) => (await get(`${url}/runs`, { "x-api-key": key })).status;
    expect([await statusOf("good"), await statusOf("bad")]).toEqual([200, 401]);
    vi.advanceTimersByTime(29_000);
    expect([await statusOf("good"), await statusOf("bad")]).toEqual([200, 401]);
    expect(asked).toEqual(["good", "bad"]);
    vi.advanceTimersByTime(2_000);
    await statusOf("good");
    expect(asked).toEqual(["good", "bad", "good"]);
  });

  it("runs nothing where there is no key, and nothing is asked of an open endpoint", async () => {
    let asked = 0;
    const url = await front(echo, {
      check: async () => {
        asked++;
        return policy("Deny");
      },
    });
    expect((await fetch(`${url}/runs`)).status).toBe(401);
    expect((await get(`${url}/open`)).status).toBe(200);
    expect(asked).toBe(0);
  });

  it.each([
    ["this method and path", "arn:aws:execute-api:us-east-1:000000000000:local/local/GET/runs", 200],
    ["the whole API", "arn:aws:execute-api:us-east-1:000000000000:local/local/*", 200],
    ["another method", "arn:aws:execute-api:us-east-1:000000000000:local/local/POST/runs", 401],
    ["a part of the path", "arn:aws:execute-api:us-east-1:000000000000:local/local/GET/run", 401],
    ["a dot that is any character", "arn.aws:execute-api:us-east-1:000000000000:local/local/GET/runs", 401],
  ])("holds a policy for %s against the request", async (_what, resource, status) => {
    const url = await front(echo, { check: async () => policy("Allow", resource) });
    expect((await get(`${url}/runs`)).status).toBe(status);
  });

  it("that fails is the gateway's error, is not kept, and stands in the log", async () => {
    let asked = 0;
    const url = await front(echo, {
      check: async () => {
        if (asked++ === 0) throw new Error("boom");
        return policy("Allow");
      },
    });
    const response = await get(`${url}/runs`);
    expect(response.status).toBe(500);
    expect(await errorOf(response)).toEqual({ code: "INTERNAL_ERROR", message: "The API key could not be checked." });
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain("boom");
    expect((await get(`${url}/runs`)).status).toBe(200);
  });
});

describe("a front that is throttled", () => {
  it("answers 429 beyond its limit, calls and asks nobody, and takes requests again a second later", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const called: string[] = [];
    const url = await front(
      async () => {
        called.push("function");
        return answer({});
      },
      {
        throttling: { perSecond: 2, atOnce: 3 },
        check: async () => {
          called.push("authorizer");
          return policy("Allow");
        },
      },
    );
    const statuses = async (count: number) => {
      const all: number[] = [];
      for (let nth = 0; nth < count; nth++) all.push((await get(`${url}/runs`)).status);
      return all;
    };
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    expect(called).toEqual(["authorizer", "function", "function", "function"]);

    const refused = await get(`${url}/runs`, { origin: allowed });
    expect(await errorOf(refused)).toEqual({
      code: "RATE_LIMITED",
      message: "Too many requests; try again in a second.",
    });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("access-control-allow-origin")).toBe(allowed);
    expect(refused.headers.get("access-control-expose-headers")).toContain("Retry-After");

    vi.advanceTimersByTime(999);
    expect(await statuses(2)).toEqual([200, 429]);
    vi.advanceTimersByTime(60_000);
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  });

  it("lets preflights and the page through, which the CDN answers on AWS", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const url = await front(echo, { throttling: { perSecond: 1, atOnce: 1 } });
    expect([(await get(`${url}/runs`)).status, (await get(`${url}/runs`)).status]).toEqual([200, 429]);
    expect((await fetch(`${url}/runs`, { method: "OPTIONS", headers: { origin: allowed } })).status).toBe(204);
    expect((await fetch(`${url}/app/`)).status).toBe(200);
  });
});

describe("the gateway's own errors are in the envelope", () => {
  it.each<[string, Call]>([
    ["throws", () => Promise.reject(new Error("boom"))],
    ["answers with something else", async () => ({ boom: true }) as never],
    ["answers with nothing", async () => undefined as never],
  ])("for a function that %s", async (_what, call) => {
    const url = await front(call);
    const response = await get(`${url}/runs`);
    const error = await errorOf(response);
    expect([response.status, error.code]).toEqual([502, "INTERNAL_ERROR"]);
    expect(Object.keys(error)).toEqual(["code", "message"]);
    expect(error.message).not.toContain("boom");
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(response.headers.get("x-request-id"));
  });

  it("for a function that takes too long", async () => {
    const url = await front(() => new Promise(() => {}), { timeoutMs: 50 });
    const response = await get(`${url}/runs`);
    expect([response.status, (await errorOf(response)).message]).toEqual([504, "The request took too long."]);
  });

  it("for a body over 256 KB, announced or not", async () => {
    const url = await front();
    const announced = await fetch(`${url}/analyze`, { method: "POST", body: "x".repeat(256 * 1024 + 1) });
    expect([announced.status, (await errorOf(announced)).code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
    const chunk = new TextEncoder().encode("x".repeat(150_000));
    const body = ReadableStream.from([chunk, chunk]);
    const streamed = await fetch(`${url}/analyze`, { method: "POST", body, duplex: "half" } as RequestInit);
    expect(streamed.status).toBe(413);
  });

  it.each(["HEAD", "DELETE", "PUT"])("for the method %s, which the path does not have", async (method) => {
    expect((await fetch(`${await front()}/runs`, { method, headers: withKey })).status).toBe(404);
  });

  it("for a request that is no HTTP", async () => {
    const url = await front();
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.end("GARBAGE\r\n\r\n");
    const said = await text(socket);
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(said.slice(said.indexOf("{"))).error.code).toBe("VALIDATION_ERROR");
  });

  it("for headers that are too long", async () => {
    const { status, body } = await raw(await front(), "/runs", { ...withKey, "x-long": "x".repeat(20_000) });
    expect([status, JSON.parse(body).error.code]).toEqual([400, "VALIDATION_ERROR"]);
  });
});

describe("CORS", () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/analyze`, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });

  it("answers the preflight of a listed origin", async () => {
    const response = await preflight(await front(), allowed);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(allowed);
    expect(response.headers.get("access-control-allow-methods")).toBe("GET, POST, PUT, PATCH, DELETE, OPTIONS");
    expect(response.headers.get("access-control-allow-headers")).toBe(
      "Content-Type, Authorization, X-API-Key, X-Request-ID, Idempotency-Key",
    );
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
    expect(response.headers.get("vary")).toBe("Origin");
  });

  it("allows nothing to another origin, whatever a function says", async () => {
    const evil = "https://evil.example.com";
    const url = await front(async () => answer({}, 200, { "Access-Control-Allow-Origin": evil }));
    expect((await preflight(url, evil)).headers.get("access-control-allow-origin")).toBeNull();
    const response = await get(`${url}/runs`, { origin: evil });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(response.headers.get("vary")).toBe("Origin");
  });

  it("is on errors of the gateway too", async () => {
    const { headers } = await fetch(`${await front()}/runs`, { headers: { origin: allowed } });
    expect(headers.get("access-control-allow-origin")).toBe(allowed);
    expect(headers.get("access-control-expose-headers")).toBe("X-Request-ID, Retry-After");
  });
});

describe("the request id", () => {
  const idOf = async (sent?: string) => {
    const response = await get(`${await front()}/runs`, sent === undefined ? {} : { "x-request-id": sent });
    return [response.headers.get("x-request-id"), (await eventOf(response)).requestContext.requestId];
  };

  it("is the client's where it is short and visible, and the functions see it", async () => {
    expect(await idOf("abc-123")).toEqual(["abc-123", "abc-123"]);
  });

  it.each([
    ["too long", "x".repeat(129)],
    ["with a space", "a b"],
    ["absent", undefined],
  ])("is made here where it is %s", async (_what, sent) => {
    const [answered, seen] = await idOf(sent);
    expect(answered).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen).toBe(answered);
  });
});

it("calls nothing until the stack behind it is ready, and says so", async () => {
  let isReady = false;
  const url = await front(echo, { isReady: () => isReady });
  const early = await get(`${url}/runs`);
  expect(early.status).toBe(503);
  expect(early.headers.get("retry-after")).toBe("1");
  expect((await errorOf(early)).code).toBe("NOT_READY");
  isReady = true;
  expect((await get(`${url}/runs`)).status).toBe(200);
});

describe("the dashboard", () => {
  it("is served at /app/, where /app leads", async () => {
    const url = await front();
    const response = await fetch(`${url}/app`);
    expect(response.url).toBe(`${url}/app/`);
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  it("comes with the API reference of the package, and the texts of its licence", async () => {
    const url = await front();
    for (const [name, type, text] of [
      ["swagger-ui-bundle.js", "application/javascript; charset=utf-8", "SwaggerUIBundle"],
      ["swagger-ui.css", "text/css; charset=utf-8", ".swagger-ui"],
      ["reference.js", "application/javascript; charset=utf-8", "openapi.json"],
      ["NOTICE", "application/octet-stream", "swagger-ui"],
    ] as const) {
      const response = await fetch(`${url}/app/docs/${name}`);
      expect([response.status, response.headers.get("content-type")], name).toEqual([200, type]);
      expect(await response.text(), name).toContain(text);
    }
    // The package's own page loads a document from elsewhere.
    expect((await fetch(`${url}/app/docs/index.html`)).status).toBe(404);
  });

  it("has no files outside of its folder", async () => {
    const url = await front();
    expect((await fetch(`${url}/app/..%2Fserver.ts`)).status).toBe(404);
    expect((await fetch(`${url}/app/nothing.js`)).status).toBe(404);
  });
});
