import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startRedditStandIn } from "../../../localstack/standins/reddit/server.ts";
import { comment, post } from "../../support/content.ts";
import { type LocalStack, startLocalStack, temporaryFolder } from "../../support/stack.ts";
import { aWhile } from "../../support/waiting.ts";

/** Nothing of these may stand in a line of the log, however much goes wrong. */
const secrets = {
  API_KEY: "canary-api-key-0123456789-0123456789-0123",
  OPENAI_API_KEY: "canary-openai-key-of-somebody",
  REDDIT_CLIENT_ID: "canary-reddit-id",
  REDDIT_CLIENT_SECRET: "canary-reddit-secret",
  SCHWAB_CLIENT_ID: "canary-schwab-id",
  SCHWAB_CLIENT_SECRET: "canary-schwab-secret",
  WEBHOOK_SECRET: "canary-webhook-secret-0123456789-0123456789",
};
const basic = (id: string, secret: string) => Buffer.from(`${id}:${secret}`).toString("base64");
const canaries = [
  ...Object.values(secrets),
  basic(secrets.REDDIT_CLIENT_ID, secrets.REDDIT_CLIENT_SECRET),
  basic(secrets.SCHWAB_CLIENT_ID, secrets.SCHWAB_CLIENT_SECRET),
  "canary-wrong-key",
  "canary-login-code",
  "canary-login-state",
  "canary-comment",
  // Many services have their secret in the address.
  "canary-webhook-path",
  // Of the instructions to the model.
  "financial sentiment analyst",
];

/** A provider that refuses whatever it is asked, and says in its error everything that it was sent. */
async function startEcho() {
  let heard = "";
  const server = createServer(async (request, response) => {
    const said = `${await text(request)} ${JSON.stringify(request.headers)} ${request.url}`;
    heard += said;
    response.writeHead(400, { "content-type": "application/json", location: `/elsewhere?${request.url}` });
    response.end(JSON.stringify({ error: { message: said, code: "bad", param: said }, error_description: said }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, heard: () => heard, close: () => server.close() };
}

/** A stack, a run and its retries: longer than other tests where a machine has much else to do. */
const patienceMs = 60_000;

describe("the log of a stack whose providers send back what they were sent", () => {
  const folder = temporaryFolder();
  let echo: Awaited<ReturnType<typeof startEcho>>;
  let reddit: Awaited<ReturnType<typeof startRedditStandIn>>;
  let stack: LocalStack | undefined;

  beforeAll(async () => {
    echo = await startEcho();
    const body = "canary-comment: bought GME calls, because short interest is 120% of the float.";
    const content = { posts: [post("p1", { title: "canary-comment" })], comments: [comment("c1", "p1", body)] };
    reddit = await startRedditStandIn({ content: () => content });
  });
  afterEach(() => stack?.end());
  afterAll(async () => {
    await reddit?.close();
    echo?.close();
    folder.remove();
  });

  const start = async (redditUrl: string) => {
    stack = await startLocalStack(folder.path, {
      ...secrets,
      AS_OF: "2026-03-02T15:30:00Z",
      LOG_LEVEL: "DEBUG",
      REDDIT_BASE_URL: redditUrl,
      REDDIT_AUTH_URL: `${redditUrl}/api/v1/access_token`,
      REDDIT_STAND_IN: "true",
      OPENAI_BASE_URL: `${echo.url}/v1`,
      SCHWAB_BASE_URL: echo.url,
      SCHWAB_STAND_IN: "true",
      YAHOO_BASE_URL: echo.url,
      YAHOO_STAND_IN: "true",
      WEBHOOK_URL: `${echo.url}/canary-webhook-path`,
    });
    return stack;
  };
  /** A run to its end, and the sentence it ends with. */
  const run = async ({ api }: LocalStack): Promise<string> => {
    const { body } = await api.call("POST", "/analyze");
    const { run_id } = (body as { data: { run_id: string } }).data;
    for (;;) {
      const { data } = (await api.call("GET", `/runs/${run_id}/status`)).body as {
        data: { status: string; error_message: string };
      };
      if (data.status !== "running") return data.error_message;
      await aWhile();
    }
  };
  const expectCleanLog = () => {
    const lines = readFileSync(join(folder.path, "logs", "backend.log"), "utf8").split("\n");
    expect(lines.length).toBeGreaterThan(5);
    for (const canary of canaries) expect(lines.filter((line) => line.includes(canary))).toEqual([]);
  };

  it(
    "holds no key, credential, code or question after a run that the model refused, and a login that the broker did",
    async () => {
      const { url, apiKey, api } = await start(reddit.url);
      expect(await run(stack as LocalStack)).toContain("OpenAI");

      const ask = async (path: string, init: RequestInit = {}) => {
        const headers = { "x-api-key": apiKey, "content-type": "application/json", ...init.headers };
        const response = await fetch(`${url}${path}`, { ...init, headers });
        await response.arrayBuffer();
        return response.status;
      };
      expect(await ask("/runs", { headers: { "x-api-key": "canary-wrong-key" } })).toBe(401);
      expect(await ask("/runs", { headers: { authorization: "Bearer canary-wrong-key" } })).toBe(401);
      expect(await ask(`/runs?api_key=${apiKey}`)).toBe(422);
      expect(await ask("/config/phase", { method: "PUT", body: JSON.stringify({ value: apiKey }) })).toBe(422);
      expect(await ask("/config/phase", { method: "PUT", body: `{"value": "${apiKey}` })).toBe(422);
      expect(await ask("/auth/schwab/callback?code=canary-login-code&state=canary-login-state")).toBe(422);

      const login = (await api.call("GET", "/auth/schwab/login")).body as { data: { url: string } };
      const state = new URL(login.data.url).searchParams.get("state") ?? "";
      expect(await ask(`/auth/schwab/callback?code=canary-login-code&state=${state}`)).toBeGreaterThan(400);
      expect(readFileSync(join(folder.path, "logs", "backend.log"), "utf8")).not.toContain(state);
      const { OPENAI_API_KEY, SCHWAB_CLIENT_ID, SCHWAB_CLIENT_SECRET } = secrets;
      const sent = [
        OPENAI_API_KEY,
        basic(SCHWAB_CLIENT_ID, SCHWAB_CLIENT_SECRET),
        "canary-login-code",
        "canary-comment",
      ];
      for (const canary of [...sent, "financial sentiment analyst"]) expect(echo.heard()).toContain(canary);
      // The end of the run was told, and refused.
      while (((await api.call("GET", "/api/v1/webhooks/dead-letters")).body as { data: [] }).data.length === 0)
        await aWhile();
      expect(echo.heard()).toContain("canary-webhook-path");
      expectCleanLog();
    },
    patienceMs,
  );

  it(
    "holds none after a run that Reddit refused",
    async () => {
      expect(await run(await start(echo.url))).toContain("Reddit");
      expect(echo.heard()).toContain(basic(secrets.REDDIT_CLIENT_ID, secrets.REDDIT_CLIENT_SECRET));
      expectCleanLog();
    },
    patienceMs,
  );
});
