import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { scenarioMarket } from "../../../localstack/scenario/market.ts";
import { readMarketArchive } from "../../../localstack/standins/market/archive.ts";
import { standInTokens } from "../../../localstack/standins/schwab/login.ts";
import { type SchwabStandInOptions, startSchwabStandIn } from "../../../localstack/standins/schwab/server.ts";
import { freshTokens, memoryVault, schwabClient, wallStart } from "../../support/broker.ts";
import { folderWith } from "../../support/folders.ts";
import { isRecorded, recordings } from "../../support/recorded.ts";
import { marketArchiveFiles } from "../../support/wire/market-archive.ts";
import { chain as chainAnswer } from "../../support/wire/schwab.ts";

const morning = new Date("2026-03-02T15:30:00Z");
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(options: SchwabStandInOptions = {}) {
  const server = await startSchwabStandIn(options);
  open.push(server);
  return server.url;
}

const basic = { authorization: `Basic ${Buffer.from("client:secret").toString("base64")}` };
const tokenFor = (url: string, form: Record<string, string>, headers: Record<string, string> = basic) =>
  fetch(`${url}/v1/oauth/token`, { method: "POST", headers, body: new URLSearchParams(form) });

async function bearer(url: string): Promise<Record<string, string>> {
  const answer = await tokenFor(url, { grant_type: "refresh_token", refresh_token: "stand-in-refresh" });
  const { access_token } = (await answer.json()) as { access_token: string };
  return { authorization: `Bearer ${access_token}`, "x-market-time": morning.toISOString() };
}

describe("the login", () => {
  it("consents at once, returns to the callback with the state, and exchanges the code", async () => {
    const url = await start();
    const query = new URLSearchParams({
      client_id: "client",
      redirect_uri: "https://127.0.0.1/callback",
      response_type: "code",
      state: "s1",
    });
    const consent = await fetch(`${url}/v1/oauth/authorize?${query}`, { redirect: "manual" });
    const location = new URL(consent.headers.get("location") ?? "");
    expect([consent.status, location.origin + location.pathname]).toEqual([302, "https://127.0.0.1/callback"]);
    expect(location.searchParams.get("state")).toBe("s1");

    const vault = memoryVault(null);
    const { schwab } = schwabClient(url, { vault });
    await schwab.auth.login(location.searchParams.get("code") ?? "");
    expect(vault.tokens).toMatchObject({
      refresh_token: "stand-in-refresh",
      expires_at: "2026-11-20T10:30:00.000Z",
      refresh_expires_at: "2026-11-27T10:00:00.000Z",
    });
    expect((await schwab.quotes({ symbols: ["GME"], marketTime: morning })).size).toBe(1);
  });

  it("begins without anybody's help where the vault starts with the stand-in's tokens", async () => {
    const vault = memoryVault(standInTokens(new Date(wallStart)));
    const { schwab } = schwabClient(await start(), { vault });
    expect((await schwab.quotes({ symbols: ["GME"], marketTime: morning })).size).toBe(1);
  });

  it("refuses unknown clients, codes and refresh tokens, and everything without a token it gave", async () => {
    const url = await start();
    const refresh = { grant_type: "refresh_token", refresh_token: "stand-in-refresh" };
    expect((await tokenFor(url, refresh, {})).status).toBe(401);
    expect((await tokenFor(url, { ...refresh, refresh_token: "forged" })).status).toBe(400);
    expect((await tokenFor(url, { grant_type: "authorization_code", code: "forged" })).status).toBe(400);
    expect((await fetch(`${url}/v1/oauth/authorize?client_id=c`)).status).toBe(400);
    const forged = await fetch(`${url}/marketdata/v1/quotes?symbols=GME`, {
      headers: { authorization: "Bearer forged" },
    });
    expect([forged.status, await forged.json()]).toEqual([
      401,
      { errors: [{ id: "00000000-0000-0000-0000-000000000000", status: 401, title: "Unauthorized" }] },
    ]);
  });

  it("survives a restart: the client renews a token that the new one does not know", async () => {
    const { schwab } = schwabClient(await start(), { vault: memoryVault(freshTokens) });
    expect((await schwab.quotes({ symbols: ["GME"], marketTime: morning })).size).toBe(1);
  });
});

describe("with the real client", () => {
  it("quotes stocks, funds, classes of shares and the index as of the market time, and not what it does not know", async () => {
    const { schwab } = schwabClient(await start());
    const symbols = ["GME", "SPY", "BRK.B", "^GSPC", "ZZZZZZ"];
    const quotes = await schwab.quotes({ symbols, marketTime: morning });
    expect([...quotes.keys()].sort()).toEqual(["BRK.B", "GME", "SPY", "^GSPC"]);
    const market = scenarioMarket();
    for (const [symbol, quote] of quotes) {
      expect(quote.last).toBe(market.candles(symbol, "2026-03-02")[11]?.close);
      expect(quote.at).toEqual(morning);
    }
    expect(quotes.get("^GSPC")).toMatchObject({ bid: null, ask: null });
    const gme = quotes.get("GME");
    expect((gme?.ask ?? 0) - (gme?.bid ?? 0)).toBeCloseTo(0.02, 9);
  });

  it("gives the candles of the scenario up to the market time and not one more", async () => {
    const { schwab } = schwabClient(await start());
    const from = new Date("2026-02-27T14:30:00Z");
    const to = new Date("2026-03-03T21:00:00Z");
    const candles = await schwab.candles({ symbol: "GME", from, to, marketTime: morning });
    const market = scenarioMarket();
    const expected = [...market.candles("GME", "2026-02-27"), ...market.candles("GME", "2026-03-02").slice(0, 12)];
    expect(candles).toEqual(expected);
    expect(await schwab.candles({ symbol: "ZZZZZZ", from, to, marketTime: morning })).toEqual([]);
    const symbols = ["GME", "BRK.B", "^GSPC", "ZZZZZZ", "YYYY.Z"];
    expect(await schwab.unknownSymbols({ symbols, marketTime: morning })).toEqual(new Set(["ZZZZZZ", "YYYY.Z"]));
  });

  it("prices chains by the model, says so, and quotes their contracts the same", async () => {
    const { schwab } = schwabClient(await start());
    const request = { symbol: "GME", fromDate: "2026-03-16", toDate: "2026-03-23", marketTime: morning };
    const { underlyingPrice, contracts } = await schwab.chain(request);
    const quotes = await schwab.quotes({ symbols: ["GME"], marketTime: morning });
    expect(underlyingPrice).toBe(quotes.get("GME")?.last);
    expect(new Set(contracts.map(({ expiration, dte }) => `${expiration} ${dte}`))).toEqual(new Set(["2026-03-20 18"]));
    expect(contracts.length).toBeGreaterThan(60);
    expect(contracts.every(({ synthetic }) => synthetic)).toBe(true);
    const calls = contracts.filter(({ option_type }) => option_type === "call");
    const puts = contracts.filter(({ option_type }) => option_type === "put");
    expect(calls.map(({ delta }) => delta)).toEqual(calls.map(({ delta }) => delta ?? 0).sort((a, b) => b - a));
    expect(puts).toHaveLength(calls.length);

    const asked = contracts.slice(0, 150).map(({ symbol }) => symbol);
    const found = await schwab.optionQuotes({ contracts: [...asked, "ZZZZZ 260320C00010000"], marketTime: morning });
    expect([...found.keys()].sort()).toEqual([...asked].sort());
    const at = quotes.get("GME")?.at;
    for (const { symbol, bid, ask, mark, delta, last, synthetic } of contracts.slice(0, 150)) {
      const dated = { at, isHalted: false, bidSize: 10, askSize: 10, volume: 0 };
      expect(found.get(symbol)).toEqual({ symbol, bid, ask, mark, delta, last, ...dated, synthetic });
    }
  });

  it("has empty chains for unknown symbols, and one side of a chain where only that is asked for", async () => {
    const url = await start();
    const { schwab } = schwabClient(url);
    const request = { symbol: "ZZZZZZ", fromDate: "2026-03-16", toDate: "2026-03-23", marketTime: morning };
    expect(await schwab.chain(request)).toEqual({ symbol: "ZZZZZZ", underlyingPrice: null, contracts: [] });
    const answer = await fetch(`${url}/marketdata/v1/chains?symbol=GME&contractType=PUT`, {
      headers: await bearer(url),
    });
    expect(await answer.json()).toMatchObject({ status: "SUCCESS", callExpDateMap: {} });
  });

  it("knows the hours of trading days, in winter and in summer, and of holidays", async () => {
    const { schwab } = schwabClient(await start());
    const hours = (day: string) => schwab.marketHours({ day, marketTime: morning });
    expect(await hours("2026-03-02")).toEqual({
      day: "2026-03-02",
      isTradingDay: true,
      opensAt: new Date("2026-03-02T14:30:00Z"),
      closesAt: new Date("2026-03-02T21:00:00Z"),
    });
    expect(await hours("2026-07-01")).toMatchObject({ opensAt: new Date("2026-07-01T13:30:00Z") });
    // The day after Thanksgiving ends at 13:00.
    expect(await hours("2020-11-27")).toMatchObject({ closesAt: new Date("2020-11-27T18:00:00Z") });
    for (const day of ["2026-04-03", "2026-03-07"]) {
      expect(await hours(day)).toEqual({ day, isTradingDay: false, opensAt: null, closesAt: null });
    }
  });

  it("follows a script of faults", async () => {
    const url = await start({
      faults: ({ path, number }) => (path.endsWith("/quotes") && number < 4 ? { status: 500 } : undefined),
    });
    const { schwab, waits } = schwabClient(url);
    expect((await schwab.quotes({ symbols: ["GME"], marketTime: morning })).size).toBe(1);
    expect(waits).toEqual([1_000, 2_000]);
  });
});

describe("the wire format", () => {
  it("names unknown symbols, and begins at the scenario's first day where no time is named", async () => {
    const url = await start();
    const { authorization = "" } = await bearer(url);
    const answer = await fetch(`${url}/marketdata/v1/quotes?symbols=GME,ZZZZZZ`, { headers: { authorization } });
    expect(await answer.json()).toMatchObject({
      GME: { assetMainType: "EQUITY", symbol: "GME", quote: { tradeTime: morning.getTime() } },
      errors: { invalidSymbols: ["ZZZZZZ"] },
    });
  });

  it("gives daily candles", async () => {
    const url = await start();
    const headers = await bearer(url);
    const get = async (query: string) =>
      (await fetch(`${url}/marketdata/v1/pricehistory?symbol=GME&${query}`, { headers })).json();
    const days = `startDate=${Date.parse("2026-02-26T12:00:00Z")}&endDate=${Date.parse("2026-03-05T12:00:00Z")}`;
    const daily = (await get(`periodType=year&frequencyType=daily&${days}`)) as { candles: { datetime: number }[] };
    expect(daily.candles.map(({ datetime }) => new Date(datetime).toISOString())).toEqual([
      "2026-02-26T05:00:00.000Z",
      "2026-02-27T05:00:00.000Z",
      "2026-03-02T05:00:00.000Z",
    ]);
  });

  it("refuses what it does not serve", async () => {
    const url = await start();
    const headers = await bearer(url);
    const statusOf = async (path: string, more: Record<string, string> = {}) =>
      (await fetch(`${url}/marketdata/v1${path}`, { headers: { ...headers, ...more } })).status;
    expect(await statusOf("/movers/$SPX")).toBe(404);
    expect(await statusOf("/pricehistory?symbol=GME&frequencyType=minute&frequency=1")).toBe(400);
    expect(await statusOf("/pricehistory?frequencyType=minute&frequency=5")).toBe(400);
    expect(await statusOf("/pricehistory?symbol=GME&frequencyType=minute&frequency=5&startDate=soon")).toBe(400);
    expect(await statusOf("/markets/equity?date=soon")).toBe(400);
    expect(await statusOf("/quotes?symbols=GME", { "x-market-time": "soon" })).toBe(400);
    expect(await statusOf("/markets?markets=equity,option&date=2026-03-02")).toBe(200);
  });
});

describe("over an archive of prices", () => {
  const january = join(recordings, "market/archive_2021-01");
  const madeUp = {
    title: "that is made up",
    folder: () => folderWith(marketArchiveFiles),
    symbol: "OTTR",
    last: 53.5,
    first: { open: 58, high: 61, low: 55, close: 60 },
    candles: 4,
  };
  const recorded = {
    title: "of the real January 2021",
    folder: async () => january,
    symbol: "GME",
    last: 315,
    first: { open: 332.73, high: 354.83, low: 280.51, close: 300 },
    candles: 6,
  };
  const archives = isRecorded("market/archive_2021-01") ? [madeUp, recorded] : [madeUp];

  it.each(archives)("$title: quotes, draws and prices $symbol as it stood at ten on 27 January", async (archive) => {
    const { symbol } = archive;
    const url = await start({ market: await readMarketArchive(await archive.folder()) });
    const { schwab } = schwabClient(url);
    const marketTime = new Date("2021-01-27T15:00:00Z");
    const quotes = await schwab.quotes({ symbols: [symbol, "ZZZZ"], marketTime });
    expect([...quotes.keys()]).toEqual([symbol]);
    expect(quotes.get(symbol)).toMatchObject({ last: archive.last, at: marketTime });
    const from = new Date("2021-01-27T05:00:00Z");
    const candles = await schwab.candles({ symbol, from, to: new Date("2021-01-28T05:00:00Z"), marketTime });
    expect(candles[0]).toMatchObject({ timestamp: new Date("2021-01-27T14:30:00Z"), ...archive.first });
    expect(candles).toHaveLength(archive.candles);
    const chain = await schwab.chain({ symbol, fromDate: "2021-02-10", toDate: "2021-02-17", marketTime });
    expect(chain.underlyingPrice).toBe(archive.last);
    expect(new Set(chain.contracts.map(({ expiration, dte }) => `${expiration} ${dte}`))).toEqual(
      new Set(["2021-02-12 16"]),
    );
    expect(await schwab.marketHours({ day: "2021-01-18", marketTime })).toMatchObject({ isTradingDay: false });
  });

  const madeUpChain = {
    title: "that is made up",
    symbol: "OTTR",
    files: async () => ({
      ...marketArchiveFiles,
      "tdameritrade_chains_OTTR_2021-01-12.json": JSON.stringify(
        chainAnswer("OTTR", 25.5, "2021-01-12", [
          { symbol: "OTTR_011521C25", bid: 1, ask: 1.1, delta: 0.5 },
          { symbol: "OTTR_012921C27.5", bid: 0.8, ask: 0.9, delta: 0.31 },
          { symbol: "OTTR_012921P24", bid: 0.7, ask: 0.9, delta: -0.29 },
        ]),
      ),
    }),
    underlyingPrice: 25.5,
    contracts: 2,
  };
  const recordedChain = {
    title: "of the real 12 January 2021",
    symbol: "DIS",
    files: async () => {
      const name = "tdameritrade_chains_DIS_2021-01-12.json";
      const [daily, chain] = await Promise.all([
        readFile(join(january, "daily.csv"), "utf8"),
        readFile(join(recordings, "options", name), "utf8"),
      ]);
      return { "daily.csv": daily, [name]: chain };
    },
    underlyingPrice: 176,
    contracts: 118,
  };
  const chains = isRecorded("market/archive_2021-01") ? [madeUpChain, recordedChain] : [madeUpChain];

  it.each(chains)("serves a recorded chain $title as it was recorded, and quotes out of it", async (recording) => {
    const { symbol } = recording;
    const { schwab } = schwabClient(
      await start({ market: await readMarketArchive(await folderWith(await recording.files())) }),
    );
    const marketTime = new Date("2021-01-12T21:30:00Z");
    const chain = await schwab.chain({ symbol, fromDate: "2021-01-26", toDate: "2021-02-02", marketTime });
    expect(chain.underlyingPrice).toBe(recording.underlyingPrice);
    expect(chain.contracts).toHaveLength(recording.contracts);
    expect(new Set(chain.contracts.map(({ expiration }) => expiration))).toEqual(new Set(["2021-01-29"]));
    expect(chain.contracts.every(({ synthetic }) => !synthetic)).toBe(true);
    const [first] = chain.contracts;
    const quotes = await schwab.optionQuotes({ contracts: [first?.symbol ?? ""], marketTime });
    expect(quotes.get(first?.symbol ?? "")).toEqual({
      symbol: first?.symbol,
      bid: first?.bid,
      ask: first?.ask,
      mark: first?.mark,
      delta: first?.delta,
      last: first?.last,
      at: first?.at,
      isHalted: false,
      synthetic: false,
    });
  });
});
