import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import type { StandInRequest } from "../../localstack/standins/json-server.ts";
import { type SchwabStandInOptions, startSchwabStandIn } from "../../localstack/standins/schwab/server.ts";
import { type Answer, type Call, type Cloud, call, startCloud } from "../support/cloud.ts";
import { marketSettings } from "../support/providers.ts";
import { startSecretsService } from "../support/secrets-service.ts";

const callbackUrl = "https://desk.example.com/auth/schwab/callback";
const folder = mkdtempSync(join(tmpdir(), "login-"));
const tokenFile = join(folder, "broker-tokens.json");

let cloud: Cloud;
let schwab: Awaited<ReturnType<typeof startSchwabStandIn>>;
/** What Schwab was asked, and how it fails. */
let asked: StandInRequest[] = [];
let faults: SchwabStandInOptions["faults"];

beforeAll(async () => {
  schwab = await startSchwabStandIn({
    faults: (request) => {
      asked.push(request);
      return faults?.(request);
    },
  });
  const settings = { ...marketSettings(schwab.url, "http://127.0.0.1:9", tokenFile), SCHWAB_CALLBACK_URL: callbackUrl };
  cloud = await startCloud({ settings });
});
afterAll(async () => {
  await cloud.close();
  await schwab.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  asked = [];
  faults = undefined;
  rmSync(tokenFile, { force: true });
  cloud.time.now = new Date("2026-03-02T15:30:00Z");
  cloud.log.lines.length = 0;
  cloud.enter("login");
});

const status = async () => (await call("api/get-auth-status")).body.data;
const startLogin = async () => new URL((await call("api/start-broker-login")).body.data.url);
const callback = (query: NonNullable<Call["query"]>) => call("api/finish-broker-login", { query });

/** The consent page's way back: what the browser then asks the callback. */
async function consent(url: URL): Promise<Record<string, string>> {
  const answer = await fetch(url, { redirect: "manual" });
  expect(answer.status).toBe(302);
  const location = new URL(answer.headers.get("location") ?? "");
  expect(location.origin + location.pathname).toBe(callbackUrl);
  return Object.fromEntries(location.searchParams);
}

const login = async () => callback(await consent(await startLogin()));

function expectPage(answer: Answer, code: number, text: string | RegExp): void {
  expect(answer.status).toBe(code);
  expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
  expect(answer.headers["referrer-policy"]).toBe("no-referrer");
  expect(answer.body).toMatch(text);
}

describe("GET /auth/status", () => {
  it("says not_configured before the first login", async () => {
    expect(await status()).toEqual({
      status: "not_configured",
      warning: false,
      access_token_expires_at: null,
      refresh_token_expires_at: null,
    });
  });

  it.each([
    ["2026-03-02T15:30:00.000Z", "healthy", false],
    ["2026-03-08T15:29:59.999Z", "healthy", false],
    ["2026-03-08T15:30:00.000Z", "warning", true],
    ["2026-03-09T15:29:59.999Z", "warning", true],
    ["2026-03-09T15:30:00.000Z", "expired", false],
    ["2026-04-01T00:00:00.000Z", "expired", false],
  ])("at %s, after a login on 2 March at 15:30, is %s, without asking the broker", async (now, expected, warning) => {
    await login();
    asked = [];
    cloud.time.now = new Date(now);
    expect(await status()).toEqual({
      status: expected,
      warning,
      access_token_expires_at: "2026-03-02T16:00:00.000Z",
      refresh_token_expires_at: "2026-03-09T15:30:00.000Z",
    });
    expect(asked).toEqual([]);
  });

  it("answers 503 while the tokens cannot be read, and again what they say when they can", async () => {
    writeFileSync(tokenFile, "canary-refresh-token");
    const answer = await call("api/get-auth-status");
    expect([answer.status, answer.body.error]).toEqual([
      503,
      { code: "NOT_READY", message: "The broker's tokens could not be read: what is stored is damaged." },
    ]);
    rmSync(tokenFile);
    expect(await status()).toMatchObject({ status: "not_configured" });
  });

  it("reads the secret of a deployed stage, 503 while it is refused", async () => {
    const service = await startSecretsService();
    for (const [name, value] of Object.entries(service.environment)) vi.stubEnv(name, value);
    cloud.enter("login", { BROKER_SECRET_ID: "arn:tokens" });
    service.scene.fail = () => ({ status: 400, type: "AccessDeniedException" });
    expect((await call("api/get-auth-status")).status).toBe(503);
    service.scene.fail = () => undefined;
    expect(await status()).toMatchObject({ status: "not_configured" });
    expectPage(await login(), 200, "2026-03-09T15:30:00.000Z");
    expect(await status()).toMatchObject({ status: "healthy" });
    expect(service.current()).toContain("stand-in-refresh");
    vi.unstubAllEnvs();
    await service.close();
  });
});

describe("GET /auth/schwab/login", () => {
  it("answers the consent page with the app's id, its callback and a state", async () => {
    const url = await startLogin();
    expect(url.origin + url.pathname).toBe(`${schwab.url}/v1/oauth/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "client",
      redirect_uri: callbackUrl,
      response_type: "code",
      state: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(asked).toEqual([]);
  });

  it("gives everybody a state of their own and stores digests only, for ten minutes", async () => {
    const states = [(await startLogin()).searchParams.get("state"), (await startLogin()).searchParams.get("state")];
    expect(states[0]).not.toBe(states[1]);
    const { pk } = cloud.services.store.keys.brokerLogin("");
    const items = await cloud.services.store.queryAll({ pk }, z.looseObject({ sk: z.string() }));
    for (const state of states) expect(JSON.stringify(items)).not.toContain(state);
    expect(items.at(-1)).toMatchObject({
      sk: expect.stringMatching(/^[0-9a-f]{64}$/),
      expires_at: "2026-03-02T15:40:00.000Z",
      // 2026-03-02T15:40:00Z in seconds.
      ttl: 1_772_466_000,
    });
  });
});

describe("GET /auth/schwab/callback", () => {
  it("exchanges the code, stores the tokens and says how long the login lasts", async () => {
    const reply = await consent(await startLogin());
    expect(Object.keys(reply).sort()).toEqual(["code", "session", "state"]);
    expectPage(await callback(reply), 200, /Logged in to Schwab.*until 2026-03-09T15:30:00\.000Z/s);
    expect(JSON.parse(readFileSync(tokenFile, "utf8"))).toMatchObject({
      refresh_token: "stand-in-refresh",
      expires_at: "2026-03-02T16:00:00.000Z",
      refresh_expires_at: "2026-03-09T15:30:00.000Z",
    });
    const broker = await cloud.services.broker();
    const quotes = await broker.quotes({ symbols: ["GME"], marketTime: cloud.time.now });
    expect(quotes.get("GME")?.symbol).toBe("GME");
  });

  it("ends an older login: the new tokens replace expired ones", async () => {
    await login();
    cloud.time.now = new Date("2026-03-20T12:00:00Z");
    expect(await status()).toMatchObject({ status: "expired" });
    await login();
    expect(await status()).toMatchObject({ status: "healthy", refresh_token_expires_at: "2026-03-27T12:00:00.000Z" });
  });

  it("takes a state once", async () => {
    const reply = await consent(await startLogin());
    expect((await callback(reply)).status).toBe(200);
    const stored = readFileSync(tokenFile, "utf8");
    asked = [];
    expectPage(await callback(reply), 422, "Not logged in to Schwab");
    expect(asked).toEqual([]);
    expect(readFileSync(tokenFile, "utf8")).toBe(stored);
  });

  it("takes a state once, also from ten browsers at once", async () => {
    const reply = await consent(await startLogin());
    const answers = await Promise.all(Array.from({ length: 10 }, () => callback(reply)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array(9).fill(422)]);
  });

  it.each([
    ["in the last millisecond of its ten minutes", 600_000 - 1, 200],
    ["when they are over", 600_000, 422],
    ["a day later, while the table still has it,", 86_400_000, 422],
  ])("answers a state that comes %s by the clock", async (_when, ms, expected) => {
    const reply = await consent(await startLogin());
    cloud.time.now = new Date(cloud.time.now.getTime() + ms);
    asked = [];
    expect((await callback(reply)).status).toBe(expected);
    expect(asked.length).toBe(expected === 200 ? 1 : 0);
  });

  it.each<[string, NonNullable<Call["query"]>]>([
    ["no state", { code: "stand-in-code" }],
    ["an empty state", { code: "stand-in-code", state: "" }],
    ["a state of somebody else's", { code: "stand-in-code", state: "3f0c2a2e-0000-4000-8000-000000000000" }],
    ["two states", { code: "stand-in-code", state: ["a", "b"] }],
    ["nothing at all", {}],
  ])("refuses %s without asking the broker", async (_what, query) => {
    expectPage(await callback(query), 422, /not started here/);
    expect(asked).toEqual([]);
  });

  it("says where a code is missing, and the state is used up", async () => {
    const { state = "" } = await consent(await startLogin());
    expectPage(await callback({ state }), 422, "Schwab sent no code. Start the login again.");
    expectPage(await callback({ state, code: "stand-in-code" }), 422, /not started here/);
  });

  it("shows the broker's error as text, cut short, and uses the state up", async () => {
    const { state = "", code = "" } = await consent(await startLogin());
    const error = `<script>alert("1")</script>&'`;
    const answer = await callback({ state, error, error_description: "x".repeat(3_000) });
    expectPage(answer, 422, "Schwab answered: &#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;&#39; (xxx");
    expect(answer.body).not.toContain("<script");
    expect(answer.body).not.toContain("x".repeat(200));
    expect((await callback({ state, code })).status).toBe(422);
  });

  it.each<[string, NonNullable<SchwabStandInOptions["faults"]> | undefined, string, RegExp]>([
    ["a code that Schwab refuses", undefined, "forged", /Schwab refused the authorization_code: HTTP 400/],
    ["an outage", () => ({ status: 500 }), "stand-in-code", /Schwab answered HTTP 500/],
    ["an answer without tokens", () => ({ status: 200, body: "{}" }), "stand-in-code", /no token/],
  ])("answers a page to %s, and stores nothing", async (_what, fault, code, text) => {
    const { state = "" } = await consent(await startLogin());
    faults = fault;
    expectPage(await callback({ state, code }), 502, text);
    expect(await status()).toMatchObject({ status: "not_configured" });
  });

  it("answers a page where the tokens cannot be stored", async () => {
    const reply = await consent(await startLogin());
    writeFileSync(tokenFile, "damaged");
    expectPage(
      await callback(reply),
      502,
      /tokens could not be read: what is stored is damaged\. Start the login again/,
    );
  });
});

it("no token, code, state or secret gets into an answer or the log", async () => {
  const reply = await consent(await startLogin());
  const answers = [await callback(reply), await callback(reply), await call("api/get-auth-status")];
  const { state = "" } = await consent(await startLogin());
  answers.push(await callback({ state, code: "canary-code" }));
  writeFileSync(tokenFile, "canary-damaged");
  answers.push(await call("api/get-auth-status"), await login());
  const said = inspect([answers, cloud.log.lines], { depth: 20, maxStringLength: null });
  expect(cloud.log.lines.length).toBeGreaterThan(5);
  for (const secret of ["canary", "stand-in-access", "stand-in-refresh", "stand-in-code", state, reply.state]) {
    expect(said).not.toContain(secret);
  }
});
