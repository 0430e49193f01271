import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { claimDataDir, keptApiKey } from "../../../localstack/embedded/data-dir.ts";
import { startTimeOf } from "../../../localstack/embedded/processes.ts";
import { readSettings, readVariables } from "../../../localstack/embedded/settings.ts";

const noProc = !existsSync("/proc/self/stat");
const folder = mkdtempSync(join(tmpdir(), "settings-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "archive.jsonl"), "");
const archive = { REDDIT_ARCHIVE: "archive.jsonl", AS_OF: "2021-01-27T15:00:00Z" };

describe("without any setting", () => {
  const settings = readSettings(folder, {});

  it("all providers are stand-ins, with the scenario's prices, and the port is 3000", () => {
    const standIns = { reddit: "stand-in", openai: "stand-in", schwab: "stand-in", yahoo: "stand-in" };
    expect(settings).toMatchObject({ port: 3000, host: "127.0.0.1", ...standIns, marketArchive: undefined });
    expect(settings.dataDir).toBe(join(folder, ".local"));
  });

  it("the market's time is the scenario's, in a realm of its own", () => {
    expect(settings.firstDay).toBe("2026-03-02");
    expect(settings.variables).toMatchObject({ MARKET_CLOCK: "scenario:2026-03-02", REALM: "scenario" });
  });

  it("the broker sends browsers back to this stack, and its tokens lie in the data directory", () => {
    expect(settings.variables).toMatchObject({
      SCHWAB_CALLBACK_URL: "http://127.0.0.1:3000/auth/schwab/callback",
      BROKER_TOKEN_FILE: join(folder, ".local", "broker-tokens.json"),
    });
    const elsewhere = readSettings(folder, {
      PORT: "4000",
      DATA_DIR: "data",
      SCHWAB_CALLBACK_URL: "https://a.example/b",
    });
    expect(elsewhere.variables).toMatchObject({
      SCHWAB_CALLBACK_URL: "https://a.example/b",
      BROKER_TOKEN_FILE: join(folder, "data", "broker-tokens.json"),
    });
    expect(readSettings(folder, { PORT: "4000" }).variables.SCHWAB_CALLBACK_URL).toContain("127.0.0.1:4000/");
  });
});

describe("RATE_LIMIT", () => {
  it("throttles where it is set, twice as many at once; by itself nothing is", () => {
    expect(readSettings(folder, {}).throttling).toBeUndefined();
    expect(readSettings(folder, { RATE_LIMIT: "5" }).throttling).toEqual({ perSecond: 5, atOnce: 10 });
  });

  it.each(["0", "-1", "1.5", "many", "100000"])("is refused: %s", (rateLimit) => {
    const refused = () => readSettings(folder, { RATE_LIMIT: rateLimit });
    expect(refused).toThrow(`RATE_LIMIT must be a whole number from 1 to 99999, not "${rateLimit}".`);
  });
});

it("WEBHOOK_URL is refused at the start without a secret that nobody can guess", () => {
  const WEBHOOK_URL = "http://127.0.0.1:9000/wsb";
  const sentence = "WEBHOOK_SECRET must have at least 32 characters where WEBHOOK_URL is set.";
  expect(() => readSettings(folder, { WEBHOOK_URL })).toThrow(sentence);
  expect(() => readSettings(folder, { WEBHOOK_URL, WEBHOOK_SECRET: "x".repeat(31) })).toThrow(sentence);
  const { variables } = readSettings(folder, { WEBHOOK_URL, WEBHOOK_SECRET: "x".repeat(32) });
  expect(variables).toMatchObject({ WEBHOOK_URL, WEBHOOK_SECRET: "x".repeat(32) });
});

describe("an archive", () => {
  it("is read at AS_OF, by its whole path, in a realm of its own", () => {
    const settings = readSettings(folder, archive);
    expect(settings).toMatchObject({ reddit: "archive", firstDay: undefined });
    expect(settings.variables).toMatchObject({
      REDDIT_ARCHIVE: join(folder, "archive.jsonl"),
      MARKET_CLOCK: "2021-01-27T15:00:00.000Z",
      REALM: "replay",
    });
  });

  it("goes with a market archive, from which both stand-ins take their prices", () => {
    const settings = readSettings(folder, { ...archive, MARKET_ARCHIVE: "." });
    expect(settings).toMatchObject({ schwab: "stand-in", yahoo: "stand-in", marketArchive: folder });
  });
});

const live = { REDDIT_CLIENT_ID: "a", REDDIT_CLIENT_SECRET: "b" };
const schwab = { SCHWAB_CLIENT_ID: "c", SCHWAB_CLIENT_SECRET: "d" };

describe("credentials", () => {
  it("choose the real service for their provider only", () => {
    expect(readSettings(folder, { OPENAI_API_KEY: "k" })).toMatchObject({ reddit: "stand-in", openai: "real" });
    const reddit = readSettings(folder, live);
    expect(reddit).toMatchObject({ reddit: "real", openai: "stand-in", firstDay: undefined });
    expect(reddit.variables).toMatchObject({ MARKET_CLOCK: "wall", REALM: "live" });
    expect(reddit).toMatchObject({ schwab: "stand-in", yahoo: "stand-in" });
  });

  it("of Schwab bring the real Yahoo with them, so that both speak of one market", () => {
    expect(readSettings(folder, { ...live, ...schwab })).toMatchObject({ schwab: "real", yahoo: "real" });
    const other = { ...live, YAHOO_BASE_URL: "https://prices.example.com" };
    expect(readSettings(folder, other)).toMatchObject({ schwab: "stand-in", yahoo: "real" });
  });

  it("may be those of somebody's own stand-ins, also in a replay", () => {
    const own = { ...schwab, SCHWAB_STAND_IN: "true", YAHOO_BASE_URL: "http://127.0.0.1:1", YAHOO_STAND_IN: "true" };
    expect(readSettings(folder, { ...archive, ...own })).toMatchObject({ schwab: "real", yahoo: "real" });
    expect(readSettings(folder, { ...archive, ...own, YAHOO_BASE_URL: "" })).toMatchObject({ yahoo: "stand-in" });
  });
});

describe("a bad value is refused in one sentence:", () => {
  it.each<[Record<string, string>, string]>([
    [{ PORT: "abc" }, 'PORT must be a number from 1 to 65534, not "abc".'],
    [{ PORT: "65535" }, 'PORT must be a number from 1 to 65534, not "65535".'],
    [{ PORT: "70000" }, 'PORT must be a number from 1 to 65534, not "70000".'],
    [{ API_KEY: "short" }, "Bad setting: API_KEY must have at least 32 characters."],
    [
      { AS_OF: "2021-01-27" },
      'AS_OF must be an instant with a time zone such as 2021-01-27T15:00:00Z, not "2021-01-27".',
    ],
    [
      { REDDIT_ARCHIVE: "archive.jsonl" },
      "REDDIT_ARCHIVE needs AS_OF, the instant the archive is read at, such as 2021-01-27T15:00:00Z.",
    ],
    [{ ...archive, REDDIT_ARCHIVE: "none.jsonl" }, `REDDIT_ARCHIVE: there is no file ${join(folder, "none.jsonl")}.`],
    [{ MARKET_ARCHIVE: "none" }, `MARKET_ARCHIVE: there is no directory ${join(folder, "none")}.`],
    [{ SYMBOLS_FILE: "none.txt" }, `SYMBOLS_FILE: there is no file ${join(folder, "none.txt")}.`],
    [{ MARKET_ARCHIVE: "." }, "MARKET_ARCHIVE needs AS_OF, an instant within its days, such as 2021-01-27T15:00:00Z."],
    [{ SCHWAB_CLIENT_SECRET: "a" }, "SCHWAB_CLIENT_ID and SCHWAB_CLIENT_SECRET belong together: set both or neither."],
    [
      { ...archive, ...schwab },
      "SCHWAB_CLIENT_ID: a replay takes its prices from stand-ins; leave out SCHWAB_CLIENT_ID or AS_OF.",
    ],
    [
      { ...archive, MARKET_ARCHIVE: ".", ...schwab },
      "SCHWAB_CLIENT_ID: a replay takes its prices from stand-ins; leave out SCHWAB_CLIENT_ID or AS_OF.",
    ],
    [
      { ...archive, YAHOO_BASE_URL: "https://prices.example.com" },
      "YAHOO_BASE_URL: a replay takes its prices from stand-ins; leave out YAHOO_BASE_URL or AS_OF.",
    ],
    [
      schwab,
      "SCHWAB_CLIENT_ID: the scenario has prices of its own; set REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET too.",
    ],
    [{ REDDIT_CLIENT_ID: "a" }, "REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET belong together: set both or neither."],
    [
      { CORS_ALLOWED_ORIGINS: "*" },
      "Bad setting: CORS_ALLOWED_ORIGINS must list the allowed origins and must not contain *.",
    ],
    [
      { OPENAI_STAND_IN_LATENCY_MS: "fast" },
      'OPENAI_STAND_IN_LATENCY_MS must be a number of milliseconds, not "fast".',
    ],
  ])("%j", (variables, sentence) => {
    expect(() => readSettings(folder, variables)).toThrow(sentence);
  });
});

describe("the lines of .env", () => {
  it("count where the environment says nothing, and empty means absent", () => {
    writeFileSync(join(folder, ".env"), "PORT=4000\nDATA_DIR=data\nAPI_KEY=\n");
    expect(readVariables(folder, { PORT: "5000", AS_OF: "" })).toEqual({ PORT: "5000", DATA_DIR: "data" });
  });
});

describe("the data directory", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  const claimOf = (dataDir: string, pid: number, started = startTimeOf(pid)) => {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, "lock"), `${pid} ${started}`);
  };
  const living = () => {
    const child = spawn("sleep", ["60"]);
    children.push(child);
    return child.pid ?? 0;
  };

  it("belongs to one living stack at a time, which is waited for in case it is ending", async () => {
    const dataDir = join(folder, "claimed");
    // The process that started this one lives and is not this one.
    claimOf(dataDir, process.ppid);
    const startedAt = performance.now();
    await expect(claimDataDir(dataDir, 200)).rejects.toThrow(
      `DATA_DIR ${dataDir} is in use by another running stack (process ${process.ppid}).`,
    );
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(200);
  });

  it("is free again after its release", async () => {
    const dataDir = join(folder, "released");
    (await claimDataDir(dataDir)).release();
    (await claimDataDir(dataDir)).release();
    expect(existsSync(join(dataDir, "lock"))).toBe(false);
  });

  it("is taken over from a process that is gone, even where its id is in use again", async () => {
    const dataDir = join(folder, "left");
    claimOf(dataDir, process.ppid, "1");
    (await claimDataDir(dataDir, 0)).release();
  });

  it.skipIf(noProc)("is taken over from a process that is dead and that nobody has fetched", async () => {
    // A shell that becomes another program never asks what became of its child.
    const parent = spawn("/bin/sh", ["-c", "sleep 0.01 & echo $!; exec sleep 60"]);
    children.push(parent);
    const pid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /));
    const dataDir = join(folder, "zombie");
    claimOf(dataDir, pid);
    (await claimDataDir(dataDir, 0)).release();
  });

  it("is waited for where a killed stack's database is still ending", async () => {
    const dataDir = join(folder, "ending");
    const database = living();
    const claim = await claimDataDir(dataDir);
    claim.share([database]);
    const [owner = "", ...shared] = readFileSync(join(dataDir, "lock"), "utf8").split("\n");
    expect(owner).toBe(`${process.pid} ${startTimeOf(process.pid)}`);
    // Killed: the first line is that of a process that is gone.
    writeFileSync(join(dataDir, "lock"), ["1 1", ...shared].join("\n"));
    await expect(claimDataDir(dataDir, 100)).rejects.toThrow(`(process ${database})`);
    setTimeout(() => process.kill(database), 100);
    (await claimDataDir(dataDir)).release();
  });

  it("keeps one API key that only its owner can read", () => {
    const key = keptApiKey(folder);
    expect(key.length).toBeGreaterThanOrEqual(32);
    expect(keptApiKey(folder)).toBe(key);
    expect(statSync(join(folder, "api-key")).mode & 0o777).toBe(0o600);
  });
});
