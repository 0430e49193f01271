import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createTokenVault } from "../../../lib/providers/schwab/token-vault.ts";
import { readConfig } from "../../../lib/runtime/config.ts";
import { createServices } from "../../../lib/services.ts";
import { readSettings, type Variables } from "../../../localstack/embedded/settings.ts";
import { startStandIns } from "../../../localstack/embedded/standins.ts";

const folder = mkdtempSync(join(tmpdir(), "stand-ins-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, ".local"));
mkdirSync(join(folder, "empty"));
mkdirSync(join(folder, "prices"));
writeFileSync(
  join(folder, "prices", "daily.csv"),
  [
    "symbol,date,open,high,low,close,volume",
    "GME,2021-01-26,88.56,150,80.20,147.98,178588000",
    "GME,2021-01-27,354.83,380,249,347.51,93396700",
    "^GSPC,2021-01-26,,,,3849.62,100",
    "^GSPC,2021-01-27,,,,3750.77,100",
  ].join("\n"),
);
writeFileSync(
  join(folder, "prices", "intraday_5min.csv"),
  "symbol,time,open,high,low,close,volume\nGME,2021-01-27 09:55:00,300,310,290,305,1000\n",
);
const live = { REDDIT_CLIENT_ID: "a", REDDIT_CLIENT_SECRET: "b" };
const model = { OPENAI_API_KEY: "k" };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});

async function start(variables: Variables) {
  const settings = readSettings(folder, { ...model, ...variables });
  const standIns = await startStandIns(settings);
  open.push(standIns);
  return { ...settings.variables, ...standIns.variables };
}

describe("the broker's stand-in", () => {
  it("needs no login: its tokens lie in a file of their own that only the owner may read", async () => {
    const real = join(folder, ".local", "broker-tokens.json");
    writeFileSync(real, "those of a real login");
    const variables = await start({});
    expect(variables).toMatchObject({ SCHWAB_STAND_IN: "true", YAHOO_STAND_IN: "true" });
    const { BROKER_TOKEN_FILE = "" } = variables;
    expect(statSync(BROKER_TOKEN_FILE).mode & 0o777).toBe(0o600);
    expect(readFileSync(real, "utf8")).toBe("those of a real login");
    const vault = await createTokenVault(readConfig(variables).environment);
    expect(await vault.read()).toMatchObject({ refresh_token: "stand-in-refresh" });
  });

  it("and Yahoo's serve one and the same market", async () => {
    const { broker, dailyPrices } = createServices(readConfig(await start({})));
    // After the close, when the day's bar is known.
    const marketTime = new Date("2026-03-02T22:00:00Z");
    const quote = (await (await broker()).quotes({ symbols: ["GME"], marketTime })).get("GME");
    const day = { symbol: "GME", from: "2026-03-02", to: "2026-03-02", marketTime };
    const [bar] = await (await dailyPrices()).dailyBars(day);
    expect(quote?.last).toBeGreaterThan(0);
    expect(bar?.close).toBe(quote?.last);
  });

  it("takes its prices from a market archive, as of the request's time", async () => {
    writeFileSync(join(folder, "comments.jsonl"), "");
    const replay = { REDDIT_ARCHIVE: "comments.jsonl", AS_OF: "2021-01-27T15:00:00Z", MARKET_ARCHIVE: "prices" };
    const { broker, dailyPrices } = createServices(readConfig(await start(replay)));
    const marketTime = new Date("2021-01-27T15:00:00Z");
    const quotes = await (await broker()).quotes({ symbols: ["GME", "AMD"], marketTime });
    expect([...quotes].map(([symbol, { last }]) => [symbol, last])).toEqual([["GME", 305]]);
    const bars = { symbol: "GME", from: "2021-01-26", to: "2021-01-27" };
    const closes = async (at: string) =>
      (await (await dailyPrices()).dailyBars({ ...bars, marketTime: new Date(at) })).map(({ close }) => close);
    // Before the close of the 27th its bar knows the opening only.
    expect(await closes("2021-01-27T15:00:00Z")).toEqual([147.98, 354.83]);
    expect(await closes("2021-01-27T22:00:00Z")).toEqual([147.98, 347.51]);
  });

  it("is not started where Schwab is the real one, and no tokens are written", async () => {
    rmSync(join(folder, ".local", "broker-tokens.stand-in.json"), { force: true });
    const variables = await start({ ...live, SCHWAB_CLIENT_ID: "c", SCHWAB_CLIENT_SECRET: "d" });
    expect(variables).not.toHaveProperty("SCHWAB_STAND_IN");
    expect(variables).not.toHaveProperty("YAHOO_STAND_IN");
    expect(variables.BROKER_TOKEN_FILE).toBe(join(folder, ".local", "broker-tokens.json"));
    expect(statSync(join(folder, ".local", "broker-tokens.stand-in.json"), { throwIfNoEntry: false })).toBeUndefined();
  });

  it("does not start on a directory without prices, and says so in a sentence", async () => {
    const settings = readSettings(folder, {
      ...model,
      ...live,
      AS_OF: "2021-01-27T15:00:00Z",
      MARKET_ARCHIVE: "empty",
    });
    await expect(startStandIns(settings)).rejects.toThrow(
      `MARKET_ARCHIVE: ${join(folder, "empty")} holds no daily.csv`,
    );
  });
});
