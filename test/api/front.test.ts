import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { startFront } from "../../localstack/front/server.ts";
import { keyHeaders } from "../support/key-headers.ts";

const allowed = "https://desk.example.com";
const appDir = fileURLToPath(new URL("../../localstack/front/app", import.meta.url));
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A front before a server that answers as `api` says. */
async function front(
  api: (request: IncomingMessage, response: ServerResponse) => void = () => {},
  timeoutMs = 5_000,
  isReady = () => true,
) {
  const behind = createServer(api);
  await new Promise<void>((resolve) => behind.listen(0, "127.0.0.1", resolve));
  open.push(() => behind.close());
  open.push(() => behind.closeAllConnections());
  const apiPort = (behind.address() as { port: number }).port;
  const { url, close } = await startFront({
    host: "127.0.0.1",
    port: 0,
    apiPort,
    corsAllowedOrigins: [allowed],
    appDir,
    timeoutMs,
    isReady,
  });
  open.push(close);
  return url.replace("localhost", "127.0.0.1");
}

const errorOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string; message: string } }).error;

const json = (status: number, body: unknown) => (_request: IncomingMessage, response: ServerResponse) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

describe("the front passes on", () => {
  // The local server behind it decodes the path once, which API Gateway does not: so it is encoded once more.
  it("method, path, query, headers and body so that they arrive as they came", async () => {
    const url = await front(async (request, response) => {
      const { method, url: path, headers } = request;
      const body = await text(request);
      response.end(JSON.stringify({ method, path, key: headers["x-api-key"], type: headers["content-type"], body }));
    });
    const response = await fetch(`${url}/runs/a%2Fb/stop?x=%2541&x=2?`, {
      method: "POST",
      headers: { "x-api-key": "k", "content-type": "application/json; charset=utf-8" },
      body: "{not json",
    });
    expect(await response.json()).toEqual({
      method: "POST",
      path: "/runs/a%252Fb/stop?x=%2541&x=2?",
      key: "k",
      type: "application/json; charset=utf-8",
      body: "{not json",
    });
  });

  it.each(["null", "false", "0", '""', '"{}"', " 1"])(
    "the JSON text %s so that it does not get lost behind it",
    async (body) => {
      const url = await front(async (request, response) => response.end(await text(request)));
      const headers = { "content-type": "application/json" };
      const passed = await fetch(`${url}/analyze`, { method: "POST", headers, body });
      expect(await passed.text()).toBe(`[${body}]`);
    },
  );

  it("a header that was sent twice as two, but the same key as one", async () => {
    const url = await front((request, response) => response.end(JSON.stringify(request.headersDistinct)));
    const { hostname, port } = new URL(url);
    const seen = await new Promise<string>((resolve, reject) => {
      const headers = { "x-tag": ["a", "b"], "x-api-key": ["k", "k"] };
      httpRequest({ hostname, port, path: "/runs", headers }, (response) => resolve(text(response)))
        .on("error", reject)
        .end();
    });
    expect(JSON.parse(seen)).toMatchObject({ "x-tag": ["a", "b"], "x-api-key": ["k"] });
  });

  it("neither cookies nor the local server's way around the authorizer", async () => {
    const url = await front((request, response) => response.end(JSON.stringify(request.headers)));
    const headers = { cookie: "a=b", "sls-offline-authorizer-override": '{"apiKeyId":"me"}' };
    const seen = await (await fetch(`${url}/runs`, { headers })).json();
    expect(seen).not.toHaveProperty("cookie");
    expect(seen).not.toHaveProperty("sls-offline-authorizer-override");
  });

  it.each(keyHeaders)("%s", async (_what, headers, key) => {
    const url = await front((request, response) => response.end(JSON.stringify(request.headers)));
    const seen = await (await fetch(`${url}/runs`, { headers })).json();
    expect(seen).toMatchObject(headers.authorization ? { authorization: headers.authorization } : {});
    expect((seen as Record<string, string>)["x-api-key"]).toBe(key);
  });

  it("an answer in the envelope, whatever its status", async () => {
    const url = await front(json(409, { error: { code: "ANALYSIS_ALREADY_RUNNING", message: "…" } }));
    const response = await fetch(`${url}/analyze`, { method: "POST" });
    expect(response.status).toBe(409);
    expect((await errorOf(response)).code).toBe("ANALYSIS_ALREADY_RUNNING");
  });

  it("a page that a function made, whatever its status, and no page of the local server's own", async () => {
    const url = await front((request, response) => {
      const own = request.url === "/auth/schwab/callback" && { "x-request-id": "r" };
      response.writeHead(422, { "content-type": "text/html; charset=utf-8", ...own }).end("<p>not logged in</p>");
    });
    const page = await fetch(`${url}/auth/schwab/callback`);
    expect([page.status, await page.text()]).toEqual([422, "<p>not logged in</p>"]);
    expect((await errorOf(await fetch(`${url}/runs`))).code).toBe("VALIDATION_ERROR");
  });
});

describe("the gateway's own errors are in the envelope", () => {
  it.each([
    [401, { statusCode: 401, error: "Unauthorized", message: "Unauthorized" }, 401, "UNAUTHORIZED"],
    [403, { statusCode: 403, error: "Forbidden", message: "no" }, 401, "UNAUTHORIZED"],
    [404, { error: "Serverless-offline: route not found.", existingRoutes: [] }, 404, "NOT_FOUND"],
    [400, { statusCode: 400, error: "Bad Request", message: "Invalid" }, 400, "VALIDATION_ERROR"],
    [502, { errorMessage: "boom", errorType: "Error", stackTrace: [] }, 502, "INTERNAL_ERROR"],
    [504, { errorMessage: "[504] - Lambda timeout." }, 504, "INTERNAL_ERROR"],
    [500, { statusCode: 500, error: "Internal Server Error" }, 500, "INTERNAL_ERROR"],
  ])("%i of the local server", async (status, body, expected, code) => {
    const url = await front(json(status, body));
    const response = await fetch(`${url}/runs`);
    const answer = await errorOf(response);
    expect([response.status, answer.code]).toEqual([expected, code]);
    expect(Object.keys(answer)).toEqual(["code", "message"]);
    expect(answer.message).not.toMatch(/boom|stackTrace|existingRoutes/);
  });

  it("a server that is not there", async () => {
    const url = await front((request) => request.socket.destroy());
    const response = await fetch(`${url}/runs`);
    expect([response.status, (await errorOf(response)).code]).toEqual([502, "INTERNAL_ERROR"]);
  });

  it("an answer that takes too long", async () => {
    const url = await front(() => {}, 50);
    const response = await fetch(`${url}/runs`);
    expect([response.status, (await errorOf(response)).message]).toEqual([504, "The request took too long."]);
  });

  it("a body over 256 KB, announced or not", async () => {
    const url = await front(json(200, {}));
    const announced = await fetch(`${url}/analyze`, { method: "POST", body: "x".repeat(256 * 1024 + 1) });
    expect([announced.status, (await errorOf(announced)).code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
    const chunk = new TextEncoder().encode("x".repeat(150_000));
    const body = ReadableStream.from([chunk, chunk]);
    const streamed = await fetch(`${url}/analyze`, { method: "POST", body, duplex: "half" } as RequestInit);
    expect(streamed.status).toBe(413);
  });

  it("a method the API does not have, and a path that cannot be read", async () => {
    const url = await front(json(200, {}));
    const head = await fetch(`${url}/runs`, { method: "HEAD" });
    expect(head.status).toBe(404);
    const status = await new Promise((resolve) => {
      const { hostname, port } = new URL(url);
      httpRequest({ hostname, port, path: "/runs/%ZZ" }, (response) => resolve(response.resume().statusCode)).end();
    });
    expect(status).toBe(404);
  });

  it("a request that is no HTTP", async () => {
    const url = await front();
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.end("GARBAGE\r\n\r\n");
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(answer.slice(answer.indexOf("{"))).error.code).toBe("VALIDATION_ERROR");
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

  it("allows nothing to another origin", async () => {
    const url = await front((_request, response) => {
      response.writeHead(200, { "access-control-allow-origin": "https://evil.example.com" }).end("{}");
    });
    expect((await preflight(url, "https://evil.example.com")).headers.get("access-control-allow-origin")).toBeNull();
    const answer = await fetch(`${url}/runs`, { headers: { origin: "https://evil.example.com" } });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(answer.headers.get("vary")).toBe("Origin");
  });

  it("is on errors of the gateway too", async () => {
    const url = await front(json(401, { statusCode: 401 }));
    const { headers } = await fetch(`${url}/runs`, { headers: { origin: allowed } });
    expect(headers.get("access-control-allow-origin")).toBe(allowed);
    expect(headers.get("access-control-expose-headers")).toBe("X-Request-ID, Retry-After");
  });
});

describe("the request id", () => {
  const idOf = async (sent?: string) => {
    const url = await front((request, response) => response.end(JSON.stringify(request.headers["x-request-id"])));
    const response = await fetch(`${url}/runs`, { headers: sent === undefined ? {} : { "x-request-id": sent } });
    return [response.headers.get("x-request-id"), await response.json()];
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

it("passes nothing on until the stack behind it is ready, and says so", async () => {
  let isReady = false;
  const url = await front(json(200, { status: "ready" }), 5_000, () => isReady);
  const early = await fetch(`${url}/api/v1/health/ready`);
  expect(early.status).toBe(503);
  expect(early.headers.get("retry-after")).toBe("1");
  expect((await errorOf(early)).code).toBe("NOT_READY");
  isReady = true;
  expect((await fetch(`${url}/api/v1/health/ready`)).status).toBe(200);
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
