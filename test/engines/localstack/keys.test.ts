import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalStack, startLocalStack, temporaryFolder } from "../../support/stack.ts";

const command = fileURLToPath(new URL("../../../localstack/commands/keys.ts", import.meta.url));
const folder = temporaryFolder();

/** `npm run keys -- …` in the folder of the local stack. */
async function keys(...args: string[]) {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, DATA_DIR: folder.path };
  const child = spawn(process.execPath, [command, ...args], { cwd: folder.path, env });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once("exit", resolve)),
  ]);
  return { lines: stdout.trim().split("\n"), stderr: stderr.trim(), code };
}

async function add(...args: string[]): Promise<{ id: string; key: string }> {
  const { lines } = await keys("add", ...args);
  return { id: lines[0]?.split("  ")[0] ?? "", key: lines[1] ?? "" };
}

describe("npm run keys, beside the running local stack", () => {
  const origin = "https://desk.example.com";
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocalStack(folder.path, { RATE_LIMIT: "50", CORS_ALLOWED_ORIGINS: origin });
  });
  afterAll(async () => {
    await stack?.end();
    folder.remove();
  });

  const ask = async (key: string, method: string, path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${stack.url}${path}`, { method, headers: { "x-api-key": key, ...headers } });
    return [response.status, ((await response.json()) as { error?: { code: string } }).error?.code];
  };

  it("makes a key that may look at everything and change nothing", async () => {
    const { key } = await add("a page", "--rights", "read");
    expect(await ask(key, "GET", "/runs")).toEqual([200, undefined]);
    expect(await ask(key, "GET", "/api/v1/events")).toEqual([200, undefined]);
    expect(await ask(key, "POST", "/analyze")).toEqual([403, "FORBIDDEN"]);
    expect(await ask(key, "PUT", "/config/phase")).toEqual([403, "FORBIDDEN"]);
    expect(await ask(key, "POST", "/positions/any/close")).toEqual([403, "FORBIDDEN"]);
    // A GET that begins what ends with the broker's trust.
    expect(await ask(key, "GET", "/auth/schwab/login")).toEqual([403, "FORBIDDEN"]);
    // What is not known at all is told from what may not.
    expect(await ask("k".repeat(43), "POST", "/analyze")).toEqual([401, "UNAUTHORIZED"]);
  });

  it("makes a key that may do everything, where nothing else is asked for", async () => {
    const { key } = await add("a desk");
    expect(await ask(key, "GET", "/auth/schwab/login")).toEqual([200, undefined]);
    expect(await ask(key, "POST", "/runs/none/stop")).toEqual([404, "NOT_FOUND"]);
    expect(await ask(key, "GET", "/runs", { authorization: `Bearer ${key}` })).toEqual([200, undefined]);
    expect(await ask(key, "GET", "/runs", { authorization: `Bearer ${stack.apiKey}` })).toEqual([401, "UNAUTHORIZED"]);
  });

  it("changes keys without a gap: the new one is valid beside the old one, which is then revoked", async () => {
    const [old, next] = [await add("bot"), await add("bot, from March on")];
    expect(await ask(next.key, "GET", "/runs")).toEqual([200, undefined]);
    expect((await keys("revoke", old.id)).lines).toEqual([
      `${old.id} is revoked; the last container refuses it within a minute.`,
    ]);
    // Never asked about before, it is not in anybody's memory.
    expect(await ask(old.key, "GET", "/runs")).toEqual([401, "UNAUTHORIZED"]);
    const { lines } = await keys("list");
    expect(lines.find((line) => line.startsWith(old.id))).toMatch(/ {2}trade {2}revoked 20\S+Z {2}bot$/);
    expect(lines.find((line) => line.startsWith(next.id))).toMatch(/ {2}trade {2}valid {2}bot, from March on$/);
    expect(lines.find((line) => line.endsWith("  a page"))).toMatch(/ {2}read {2}valid {2}a page$/);
    expect(lines.join()).not.toContain(next.key);
  });

  it.each([
    [[]],
    [["add"]],
    [["add", "a", "b"]],
    [["add", "a", "--rights", "write"]],
    [["add", "a", "--right", "read"]],
    [["list", "all"]],
    [["revoke"]],
  ])("says how it is meant: %j", async (args) => {
    expect(await keys(...args)).toEqual({
      lines: [""],
      stderr: "Usage: npm run keys -- add LABEL [--rights read|trade] | list | revoke ID",
      code: 1,
    });
  });

  it("is not needed to look whether the stack lives, nor to ask what a page may do", async () => {
    const statusOf = async (path: string, method = "GET") =>
      (await fetch(`${stack.url}${path}`, { method, headers: { origin } })).status;
    for (const path of ["/", "/api/v1/health", "/api/v1/health/live", "/api/v1/health/ready", "/openapi.json"]) {
      expect([path, await statusOf(path)]).toEqual([path, 200]);
    }
    expect(await statusOf("/analyze", "OPTIONS")).toBe(204);
    expect(await statusOf("/runs")).toBe(401);
  });

  it("lets pages of listed origins read refusals too, and no others", async () => {
    const { key } = await add("a listed page", "--rights", "read");
    const readableBy = async (page: string, method: string, path: string, sent: string) => {
      const { status, headers } = await fetch(`${stack.url}${path}`, {
        method,
        headers: { origin: page, "x-api-key": sent },
      });
      return [status, headers.get("access-control-allow-origin"), headers.get("vary")];
    };
    expect(await readableBy(origin, "GET", "/runs", key)).toEqual([200, origin, "Origin"]);
    expect(await readableBy(origin, "GET", "/runs", "wrong")).toEqual([401, origin, "Origin"]);
    expect(await readableBy(origin, "POST", "/analyze", key)).toEqual([403, origin, "Origin"]);
    expect(await readableBy(origin, "GET", "/nothing", key)).toEqual([404, origin, "Origin"]);
    expect(await readableBy("https://evil.example.com", "POST", "/analyze", key)).toEqual([403, null, "Origin"]);
  });

  it("says that there is no such key", async () => {
    expect(await keys("revoke", "nobody")).toMatchObject({ stderr: "There is no key nobody.", code: 1 });
  });

  it("helps nobody who asks too much", async () => {
    const all = await Promise.all(
      Array.from({ length: 200 }, () => fetch(`${stack.url}/api/v1/health/live`, { headers: { origin } })),
    );
    const refused = all.filter(({ status }) => status === 429);
    expect(all.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(50);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers } of refused) {
      expect([headers.get("retry-after"), headers.get("access-control-allow-origin")]).toEqual(["1", origin]);
    }
    expect(await refused[0]?.json()).toMatchObject({ error: { code: "RATE_LIMITED" } });
  });

  it("works on the same keys when the stack has ended, and leaves nothing that runs", async () => {
    const { lines: before } = await keys("list");
    expect((await stack.end()).left).toEqual([]);
    expect((await keys("list")).lines).toEqual(before);
  });
});
