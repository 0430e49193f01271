import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunItem, RunStatus } from "../../../lib/analysis/run-view.ts";
import type { Signal } from "../../../lib/analysis/signals/signal.ts";
import { createSymbols } from "../../../lib/providers/symbols/universe.ts";
import { freePort } from "../../../localstack/embedded/ports.ts";
import { startOpenAiStandIn } from "../../../localstack/standins/openai/server.ts";
import { startRedditStandIn } from "../../../localstack/standins/reddit/server.ts";
import { comment, post } from "../../support/content.ts";
import { openClient } from "../../support/feed.ts";
import { gate } from "../../support/gate.ts";
import { type LocalStack, refusedStart, startLocalStack, temporaryFolder } from "../../support/stack.ts";

/** Rounds of 50 simultaneous starts; `npm run test:all` does 20. */
const rounds = Number(process.env.STACK_ROUNDS ?? 3);
const clients = 20;

let stack: LocalStack;

/** The `data` of a GET; anything but 200 is an error. */
async function read<T>(path: string): Promise<T> {
  const answer = await stack.api.call("GET", path);
  expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(200);
  return (answer.body as { data: T }).data;
}

async function startRun(): Promise<string> {
  const answer = await stack.api.call("POST", "/analyze");
  expect(answer).toMatchObject({
    status: 202,
    body: { data: { run_id: expect.any(String) }, meta: { version: "1.0" } },
  });
  return (answer.body as { data: { run_id: string } }).data.run_id;
}

async function follow(runId: string, until: (status: RunStatus) => boolean): Promise<RunStatus> {
  for (;;) {
    const status = await read<RunStatus>(`/runs/${runId}/status`);
    if (until(status)) return status;
    await pause(20);
  }
}

const isOver = ({ status }: RunStatus) => status !== "running";

describe("npm start on a fresh machine", () => {
  const folder = temporaryFolder();

  beforeAll(async () => {
    stack = await startLocalStack(folder.path, { CORS_ALLOWED_ORIGINS: "https://desk.example.com" });
  });
  afterAll(async () => {
    await stack?.end("SIGKILL");
    folder.remove();
  });

  // In less than five seconds, which `npm run bench` holds it to: here other tests want the processor too.
  it("becomes ready", async () => {
    expect(await stack.api.call("GET", "/api/v1/health/ready")).toMatchObject({
      status: 200,
      body: { status: "ready" },
    });
  });

  it("answers 20 clients that read everything while the first run is under way, and no status moves backwards", async () => {
    const runId = await startRun();
    const problems: string[] = [];
    let answers = 0;
    let going = true;
    let signalId = "2026-03-02.GME.quality";
    const paths = () => [
      "/",
      "/status",
      "/runs",
      "/signals",
      "/signals?ticker=GME&signal_type=quality",
      `/signals/${signalId}`,
      `/signals/${signalId}/comments`,
      "/signals/history?signal_type=quality",
      "/signals?portfolio_id=stocks_quality",
      "/signals/calibration",
      "/portfolios",
      "/portfolios/stocks_quality",
      "/portfolios/stocks_quality/performance",
      "/positions?status=open",
      "/predictions?status=tracking",
      "/evaluation-periods?portfolio_id=options_quality",
      "/prices/GME",
      "/authors",
      "/exports/trades",
      "/exports/signals",
      "/config",
      "/auth/status",
      "/api/v1/health",
      "/api/v1/health/live",
      "/api/v1/health/ready",
      "/openapi.json",
      "/docs",
      "/app/",
    ];
    const look = async (path: string) => {
      const answer = await stack.api.call("GET", path);
      if (answer.status !== 200 && answer.status !== 404) problems.push(`${path}: ${answer.status}`);
      if (path === "/signals") signalId = (answer.body as { data: Signal[] }).data[0]?.id ?? signalId;
    };
    const poll = async (last: RunStatus | undefined) => {
      const polled = await stack.api.call("GET", `/runs/${runId}/status`);
      if (polled.status !== 200) problems.push(`status: ${polled.status}`);
      const status = (polled.body as { data: RunStatus }).data;
      if (last && isBackwards(last, status)) problems.push(`${describeStatus(last)} became ${describeStatus(status)}`);
      return status;
    };
    const client = async (first: number) => {
      let last: RunStatus | undefined;
      for (let turn = first; going; turn++) {
        await look(paths()[turn % paths().length] ?? "/");
        last = await poll(last);
        answers += 2;
        if (isOver(last) && turn > first + paths().length) going = false;
        // Leaves the run a share of the processor.
        await pause(200);
      }
    };
    await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
    expect(problems).toEqual([]);
    expect(answers).toBeGreaterThan(clients * paths().length);
    const run = await follow(runId, isOver);
    expect(run).toMatchObject({ status: "completed", error_message: null, phase: 7 });
  }, 60_000);

  it("fills an order as soon as it came, and tells the live feed of each step", async () => {
    const { websocket } = (await (await fetch(`${stack.url}/`)).json()) as { websocket: string };
    const feed = openClient(websocket.replace("localhost", "127.0.0.1"), { "x-api-key": stack.apiKey });
    await feed.first("connected");
    await feed.ask({ type: "subscribe", channel: "orders" });
    const body = { symbol: "GME", execution_type: "equity", quantity: 1 };
    expect(await stack.api.call("POST", "/api/v1/orders", { body })).toMatchObject({ status: 201 });
    // The schedule comes once a minute only.
    const events = await feed.events(5);
    expect(events.map(({ type, status }) => status ?? type)).toEqual([
      "pending",
      "validating",
      "queued",
      "executing",
      "filled",
    ]);
    expect(Date.parse(String(events[4]?.timestamp)) - Date.parse(String(events[0]?.timestamp))).toBeLessThan(30_000);
    feed.socket.close();
  });

  it("has quality, consensus and emergence signals after its first run", async () => {
    const signals = await read<Signal[]>("/signals");
    expect(new Set(signals.map((signal) => signal.signal_type))).toEqual(new Set(["quality", "consensus"]));
    expect(signals.some((signal) => signal.is_emergence === true)).toBe(true);
    const [first] = signals;
    expect((await read<unknown[]>(`/signals/${first?.id}/comments`)).length).toBeGreaterThan(0);
  });

  it.each([
    ["no key", "/runs", {}],
    ["a wrong key", "/runs", { "x-api-key": "x".repeat(43) }],
    ["a key in the query", "/runs?api_key=KEY&x-api-key=KEY", {}],
  ])("answers 401 in the envelope to %s", async (_what, path, headers) => {
    const answer = await fetch(stack.url + path.replaceAll("KEY", stack.apiKey), { headers });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: { code: "UNAUTHORIZED", message: expect.any(String) } });
  });

  it("takes the key as a bearer token too, and none where the two differ", async () => {
    const authorization = `Bearer ${stack.apiKey}`;
    const wrong = "x".repeat(43);
    const status = async (headers: Record<string, string>) => (await fetch(`${stack.url}/runs`, { headers })).status;
    expect(await status({ authorization })).toBe(200);
    expect(await status({ authorization, "x-api-key": stack.apiKey })).toBe(200);
    expect(await status({ authorization, "x-api-key": wrong })).toBe(401);
    expect(await status({ authorization: `Bearer ${wrong}`, "x-api-key": stack.apiKey })).toBe(401);
    expect(await status({ authorization: `Bearer ${wrong}` })).toBe(401);
  });

  it.each([
    ["GET", "/nowhere"],
    ["DELETE", "/runs"],
    ["POST", "/signals"],
    ["PUT", "/analyze"],
    ["GET", "/%00%ff"],
    ["GET", "/dev/runs"],
    ["GET", "/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV/status"],
  ] as const)("answers 404 in the envelope to %s %s", async (method, path) => {
    const answer = await fetch(stack.url + path, { method, headers: { "x-api-key": stack.apiKey } });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: "NOT_FOUND", message: expect.any(String) } });
  });

  it("lets the page of a listed origin read answers and errors, and no other page", async () => {
    const headers = { "x-api-key": stack.apiKey };
    const origin = "https://desk.example.com";
    for (const path of ["/runs", "/nowhere"]) {
      const listed = await fetch(stack.url + path, { headers: { ...headers, origin } });
      expect(listed.headers.get("access-control-allow-origin")).toBe(origin);
      expect(listed.headers.get("access-control-expose-headers")).toBe("X-Request-ID, Retry-After");
      for (const foreign of ["https://evil.example.com", "http://localhost:3000", "null"]) {
        const answer = await fetch(stack.url + path, { headers: { ...headers, origin: foreign } });
        expect(answer.headers.get("access-control-allow-origin")).toBeNull();
        expect(answer.headers.get("vary")).toContain("Origin");
      }
    }
  });

  it("answers preflights without a key", async () => {
    const preflight = (origin: string) =>
      fetch(`${stack.url}/analyze`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
    const listed = await preflight("https://desk.example.com");
    expect(listed.status).toBe(204);
    expect(listed.headers.get("access-control-allow-origin")).toBe("https://desk.example.com");
    expect(listed.headers.get("access-control-allow-methods")).toContain("POST");
    expect(listed.headers.get("access-control-allow-headers")).toContain("X-API-Key");
    const foreign = await preflight("https://evil.example.com");
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
    expect(foreign.headers.get("access-control-allow-methods")).toBeNull();
  });

  it.each([
    ["a body that is no JSON", 422, "VALIDATION_ERROR", "{", "application/json"],
    ["the body null", 422, "VALIDATION_ERROR", "null", "application/json"],
    ["an object in quotes", 422, "VALIDATION_ERROR", '"{}"', "application/json"],
    ["an unknown field", 422, "VALIDATION_ERROR", '{"force":true}', "application/json"],
    ["a body of another type", 415, "UNSUPPORTED_MEDIA_TYPE", "a=b", "application/x-www-form-urlencoded"],
    ["a body of 300 KB", 413, "PAYLOAD_TOO_LARGE", JSON.stringify({ a: "x".repeat(300_000) }), "application/json"],
  ])("refuses %s with %i", async (_what, status, code, body, type) => {
    const headers = { "x-api-key": stack.apiKey, "content-type": type };
    const answer = await fetch(`${stack.url}/analyze`, { method: "POST", headers, body });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code, message: expect.any(String) } });
  });

  it.each<[string, string | undefined, string, string]>([
    ["bytes that are no UTF-8", "application/json", "\xff", "must be well-formed Unicode"],
    ["half a surrogate pair", "application/json", "\\ud800", "must be well-formed Unicode"],
    ["a body of no type, which is JSON,", undefined, "", "must not be blank"],
  ])("refuses %s with 422 in the field's name", async (_what, type, reason, problem) => {
    const answer = await fetch(`${stack.url}/positions/none/close`, {
      method: "POST",
      headers: { "x-api-key": stack.apiKey, ...(type && { "content-type": type }) },
      // Of bytes fetch sends no type of its own.
      body: Buffer.from(`{"reason":"${reason}"}`, "latin1"),
    });
    expect(answer.status).toBe(422);
    const { error } = (await answer.json()) as { error: { details: { field: string; problem: string }[] } };
    expect(error.details).toContainEqual({ field: "reason", problem });
  });

  it("decodes a path once", async () => {
    const statusOf = async (id: string) => (await stack.api.call("GET", `/portfolios/${id}`)).status;
    expect(await statusOf("%73tocks_quality")).toBe(200);
    expect(await statusOf("%2573tocks_quality")).toBe(404);
  });

  it("takes a key that is sent twice for one, and two keys for none", async () => {
    const statusOf = (keys: string[]) =>
      new Promise((resolve, reject) => {
        const asked = request(`${stack.url}/runs`, { headers: { "x-api-key": keys } });
        asked
          .on("response", (response) => resolve(response.resume().statusCode))
          .on("error", reject)
          .end();
      });
    expect(await statusOf([stack.apiKey, stack.apiKey])).toBe(200);
    expect(await statusOf([stack.apiKey, "x".repeat(43)])).toBe(401);
  });

  it("refuses an unknown query parameter by its name", async () => {
    const answer = await stack.api.call("GET", "/signals?tikcer=GME");
    expect(answer).toMatchObject({
      status: 422,
      body: { error: { code: "VALIDATION_ERROR", details: [{ field: "tikcer", problem: expect.any(String) }] } },
    });
  });

  it("logs in to the broker: the consent page leads to a page of ours, once", async () => {
    expect(await read("/auth/status")).toMatchObject({ status: "healthy" });
    const { url } = await read<{ url: string }>("/auth/schwab/login");
    const consent = await fetch(url, { redirect: "manual" });
    const callback = consent.headers.get("location") ?? "";
    expect(callback).toMatch(`${stack.url}/auth/schwab/callback?`);
    const pages = [await fetch(callback), await fetch(callback)];
    expect(pages.map((page) => [page.status, page.headers.get("content-type")])).toEqual([
      [200, "text/html; charset=utf-8"],
      [422, "text/html; charset=utf-8"],
    ]);
    expect(await pages[0]?.text()).toContain("Logged in to Schwab");
    expect(await pages[1]?.text()).toContain("Not logged in to Schwab");
  });

  it.each(["/runs", "/nowhere", "/app/", "/api/v1/health"])("echoes X-Request-ID on %s", async (path) => {
    const headers = { "x-api-key": stack.apiKey, "x-request-id": "trace-me-42" };
    const answer = await fetch(stack.url + path, { headers });
    expect(answer.headers.get("x-request-id")).toBe("trace-me-42");
  });

  it("leaves no process behind after SIGTERM", async () => {
    expect(await stack.end("SIGTERM")).toEqual({ code: 0, left: [] });
  });
});

describe("npm start that is put under load and killed", () => {
  const folder = temporaryFolder();
  const model = gate();
  let round = 0;
  let variables: Record<string, string>;
  const close: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const reddit = await startRedditStandIn({ content: roundContent });
    const openai = await startOpenAiStandIn({
      universe: await createSymbols({ files: [] }).load(),
      gate: model.passed,
    });
    close.push(reddit.close, openai.close);
    variables = {
      REDDIT_BASE_URL: reddit.url,
      REDDIT_AUTH_URL: `${reddit.url}/api/v1/access_token`,
      REDDIT_CLIENT_ID: "id",
      REDDIT_CLIENT_SECRET: "secret",
      REDDIT_STAND_IN: "true",
      OPENAI_BASE_URL: `${openai.url}/v1`,
      AS_OF: "2026-03-02T15:30:00Z",
    };
    stack = await startLocalStack(folder.path, variables);
  });
  afterAll(async () => {
    model.open();
    await stack?.end("SIGKILL");
    for (const end of close) await end();
    folder.remove();
  });

  /** Always one post; every round has comments of its own, because known ones are not asked about again. */
  function roundContent() {
    const body = (number: number) =>
      `Bought GME calls, number ${round}x${number}, because short interest is ${number + 20}% of the float.`;
    const authors = ["Jörg", `second-${round}`, `third-${round}`];
    const comments = authors.map((author, n) => comment(`c${round}x${n + 1}`, "p1", body(n + 1), { author }));
    return { posts: [post("p1", { title: "GME earnings" })], comments };
  }

  it(`lets exactly one of 50 simultaneous starts begin, ${rounds} times`, async () => {
    for (round = 1; round <= rounds; round++) {
      model.close();
      const answers = await Promise.all(Array.from({ length: 50 }, () => stack.api.call("POST", "/analyze")));
      const accepted = answers.filter((answer) => answer.status === 202);
      expect(accepted, `round ${round}`).toHaveLength(1);
      const [run_id = ""] = accepted.map((answer) => (answer.body as { data: { run_id: string } }).data.run_id);
      const refused = answers.filter((answer) => answer.status === 409).map((answer) => answer.body);
      expect(refused).toHaveLength(49);
      expect(refused).toEqual(
        Array.from({ length: 49 }, () => ({
          error: {
            code: "ANALYSIS_ALREADY_RUNNING",
            message: expect.any(String),
            details: { active_run_id: run_id },
          },
        })),
      );
      model.open();
      expect(await follow(run_id, isOver)).toMatchObject({ status: "completed" });
    }
  }, 120_000);

  it("finds an author of those comments whose name is outside ASCII", async () => {
    expect(await read("/authors/J%C3%B6rg")).toMatchObject({ username: "Jörg" });
  });

  it("after kill -9 in the middle of a run: the run is failed with a reason, the rest is there, a new run completes", async () => {
    const earlier = await read<RunItem[]>("/runs");
    const signals = await read<Signal[]>("/signals");
    expect(signals.map((signal) => signal.id)).toEqual(["2026-03-02.GME.quality"]);
    round++;
    model.close();
    const interrupted = await startRun();
    await follow(interrupted, (status) => status.phase === 3);
    expect(await stack.end("SIGKILL")).toEqual({ code: null, left: [] });
    model.open();

    stack = await startLocalStack(folder.path, variables);
    const failed = await read<RunStatus>(`/runs/${interrupted}/status`);
    expect(failed).toMatchObject({ status: "failed", completed_at: expect.any(String) });
    expect(failed.error_message).toMatch(/\w+/);
    expect((await read<RunItem[]>("/runs")).slice(1)).toEqual(earlier);
    expect(await read<Signal[]>("/signals")).toEqual(signals);
    expect(await read<{ active_run_id: string | null }>("/status")).toMatchObject({ active_run_id: null });
    expect(await follow(await startRun(), isOver)).toMatchObject({ status: "completed" });
  }, 30_000);
});

it("gives the feed the next port that is free where another server has the one after PORT, and says so", async () => {
  const folder = temporaryFolder();
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port + 1, "127.0.0.1", resolve));
  const started = await startLocalStack(folder.path, { PORT: String(port) });
  try {
    const { body } = await started.api.call("GET", "/");
    const { websocket } = body as { websocket: string };
    expect(Number(new URL(websocket).port)).toBeGreaterThan(port + 1);
    const client = openClient(websocket.replace("localhost", "127.0.0.1"), { "x-api-key": started.apiKey });
    await client.first("connected");
    client.socket.terminate();
  } finally {
    await started.end();
    other.close();
    folder.remove();
  }
});

describe("a start that cannot succeed says why in one sentence and ends with code 1", () => {
  const folder = temporaryFolder();
  const other = createServer();
  let taken = 0;

  beforeAll(async () => {
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    taken = (other.address() as AddressInfo).port;
  });
  afterAll(() => {
    other.close();
    folder.remove();
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      "a taken port",
      () => ({ PORT: String(taken) }),
      /^PORT \d+ is taken by another process; set PORT to a free one\.$/,
    ],
    ["a missing archive", () => ({ REDDIT_ARCHIVE: "nowhere.jsonl" }), /^REDDIT_ARCHIVE: .*nowhere\.jsonl\.$/],
    ["a port that is none", () => ({ PORT: "eighty" }), /^PORT must be a number .*"eighty"\.$/],
    ["a bad AS_OF", () => ({ AS_OF: "yesterday" }), /^AS_OF must be an instant .*"yesterday"\.$/],
    ["a bad realm", () => ({ REALM: "Not A Realm" }), /REALM/],
    [
      "prices of now in a replay",
      () => ({ AS_OF: "2021-01-27T15:00:00Z", SCHWAB_CLIENT_ID: "id", SCHWAB_CLIENT_SECRET: "secret" }),
      /^SCHWAB_CLIENT_ID: a replay takes its prices from stand-ins/,
    ],
    [
      "a market archive without prices",
      () => ({ AS_OF: "2021-01-27T15:00:00Z", MARKET_ARCHIVE: folder.path }),
      /^MARKET_ARCHIVE: .* holds no daily\.csv$/,
    ],
    ["half a credential", () => ({ REDDIT_CLIENT_ID: "id" }), /^REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET/],
    ["a weak key", () => ({ API_KEY: "1234" }), /key/i],
    ["a window that is none", () => ({ LLM_WINDOW: "many" }), /LLM_WINDOW/],
  ])("%s", async (_what, settings, sentence) => {
    const { code, stdout, stderr } = await refusedStart(folder.path, settings());
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr.trim()).toMatch(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

function isBackwards(from: RunStatus, to: RunStatus): boolean {
  if (from.status !== "running") return to.status !== from.status;
  if (to.phase !== from.phase) return to.phase < from.phase;
  return to.progress_current < from.progress_current || to.progress_current > to.progress_total;
}

function describeStatus({ status, phase, progress }: RunStatus): string {
  return `${status} phase ${phase}, ${progress.current} of ${progress.total}`;
}
