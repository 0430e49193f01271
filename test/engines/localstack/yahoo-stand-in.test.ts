import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createHttp } from "../../../lib/providers/calls/http.ts";
import { createYahoo } from "../../../lib/providers/yahoo/client.ts";
import { wallClock } from "../../../lib/runtime/clock.ts";
import { noMetrics } from "../../../lib/runtime/metrics.ts";
import { scenarioMarket } from "../../../localstack/scenario/market.ts";
import { readMarketArchive } from "../../../localstack/standins/market/archive.ts";
import { startYahooStandIn, type YahooStandInOptions } from "../../../localstack/standins/yahoo/server.ts";
import { folderWith } from "../../support/folders.ts";
import { isRecorded, recordings } from "../../support/recorded.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { marketArchiveFiles } from "../../support/wire/market-archive.ts";

const morning = new Date("2026-03-03T15:30:00Z");
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(options: YahooStandInOptions = {}) {
  const server = await startYahooStandIn(options);
  open.push(server);
  return server.url;
}

function clientOf(baseUrl: string) {
  const log = recordedLog();
  const tools = {
    http: createHttp(log),
    clock: wallClock,
    sleep: async () => {},
    random: () => 0,
    log,
    metrics: noMetrics,
  };
  return createYahoo({ baseUrl, standIn: true, timeoutMs: 5_000 }, tools);
}

describe("with the real client", () => {
  it("gives the scenario's whole days, today's open, and nothing later", async () => {
    const yahoo = clientOf(await start());
    const bars = await yahoo.dailyBars({ symbol: "GME", from: "2026-02-26", to: "2026-03-06", marketTime: morning });
    const days = scenarioMarket().bars("GME", "2026-02-26", "2026-03-03");
    const opening = days.at(-1)?.open;
    expect(bars.map(({ date }) => date)).toEqual(["2026-02-26", "2026-02-27", "2026-03-02", "2026-03-03"]);
    expect(bars.slice(0, 3)).toEqual(days.slice(0, 3).map(({ volume: _, ...bar }) => ({ ...bar, split: 1 })));
    expect(bars[3]).toEqual({
      date: "2026-03-03",
      open: opening,
      high: opening,
      low: opening,
      close: opening,
      split: 1,
    });
  });

  it("has the day after its close, and no price of it before its opening", async () => {
    const yahoo = clientOf(await start());
    const request = { symbol: "^GSPC", from: "2026-03-03", to: "2026-03-03" };
    const [day] = scenarioMarket().bars("^GSPC", "2026-03-03", "2026-03-03");
    const closed = await yahoo.dailyBars({ ...request, marketTime: new Date("2026-03-03T21:00:00Z") });
    expect(closed[0]?.close).toBe(day?.close);
    expect(await yahoo.dailyBars({ ...request, marketTime: new Date("2026-03-03T14:29:00Z") })).toEqual([]);
  });

  it("knows classes of shares by Yahoo's name, and no bars of unknown symbols and weekends", async () => {
    const yahoo = clientOf(await start());
    const week = { from: "2026-02-23", to: "2026-02-27", marketTime: morning };
    expect(await yahoo.dailyBars({ symbol: "BRK.B", ...week })).toHaveLength(5);
    expect(await yahoo.dailyBars({ symbol: "ZZZZZZ", ...week })).toEqual([]);
    expect(await yahoo.dailyBars({ symbol: "GME", ...week, from: "2026-02-28", to: "2026-03-01" })).toEqual([]);
  });

  it("follows a script of faults", async () => {
    const yahoo = clientOf(await start({ faults: ({ number }) => (number < 3 ? { status: 429 } : undefined) }));
    const request = { symbol: "GME", from: "2026-03-02", to: "2026-03-02", marketTime: morning };
    expect(await yahoo.dailyBars(request)).toHaveLength(1);
  });
});

describe("the wire format", () => {
  it("is a chart: seconds of the openings, columns, and the adjusted close apart", async () => {
    const url = await start();
    const period = `period1=${Date.parse("2026-03-02T00:00:00Z") / 1000}&period2=${Date.parse("2026-03-03T00:00:00Z") / 1000}`;
    const answer = await fetch(`${url}/v8/finance/chart/GME?interval=1d&${period}`, {
      headers: { "x-market-time": morning.toISOString() },
    });
    const { volume = 0, ...bar } = scenarioMarket().bars("GME", "2026-03-02", "2026-03-02")[0] ?? { close: 0 };
    expect(await answer.json()).toMatchObject({
      chart: {
        result: [
          {
            meta: { symbol: "GME", dataGranularity: "1d", exchangeTimezoneName: "America/New_York" },
            timestamp: [Date.parse("2026-03-02T14:30:00Z") / 1000],
            indicators: { quote: [{ close: [bar.close], volume: [volume] }], adjclose: [{ adjclose: [bar.close] }] },
          },
        ],
        error: null,
      },
    });
  });

  it("counts a range back from the market time", async () => {
    const url = await start();
    const answer = await fetch(`${url}/v8/finance/chart/GME?range=5d`, {
      headers: { "x-market-time": morning.toISOString() },
    });
    const { chart } = (await answer.json()) as { chart: { result: { timestamp: number[] }[] } };
    expect(chart.result[0]?.timestamp.map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 10))).toEqual([
      ...["2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27", "2026-03-02", "2026-03-03"],
    ]);
  });

  it("says what is not found and what is not served", async () => {
    const url = await start();
    const get = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(url + path, { headers });
      const { chart } = (await answer.json()) as { chart: { error: { code: string } } };
      return [answer.status, chart.error.code];
    };
    expect(await get("/v8/finance/chart/ZZZZZZ")).toEqual([404, "Not Found"]);
    expect(await get("/v10/finance/quoteSummary/GME")).toEqual([404, "Not Found"]);
    expect(await get("/v8/finance/chart/GME?interval=1m")).toEqual([422, "Unprocessable Entity"]);
    expect(await get("/v8/finance/chart/GME?range=9y")).toEqual([400, "Bad Request"]);
    expect(await get("/v8/finance/chart/GME?period1=soon")).toEqual([400, "Bad Request"]);
    expect(await get("/v8/finance/chart/GME", { "x-market-time": "soon" })).toEqual([400, "Bad Request"]);
  });
});

describe("over an archive of prices", () => {
  const days = [
    ...["2021-01-14", "2021-01-15", "2021-01-19", "2021-01-20", "2021-01-21", "2021-01-22"],
    ...["2021-01-25", "2021-01-26", "2021-01-27"],
  ];
  const madeUp = {
    title: "that is made up",
    folder: () => folderWith(marketArchiveFiles),
    symbol: "OTTR",
    dayBefore: { date: "2021-01-26", open: 32, high: 48, low: 31, close: 47, split: 1 },
    openedAt: 58,
    index: 3810.5,
  };
  const recorded = {
    title: "of the real January 2021",
    folder: async () => join(recordings, "market/archive_2021-01"),
    symbol: "GME",
    dayBefore: { date: "2021-01-26", open: 88.56, high: 150, low: 80.2, close: 147.98, split: 1 },
    openedAt: 354.83,
    index: 3849.6201,
  };
  const archives = isRecorded("market/archive_2021-01") ? [madeUp, recorded] : [madeUp];

  it.each(archives)("$title: no weekends and holidays, and the index by its closes", async (archive) => {
    const yahoo = clientOf(await start({ market: await readMarketArchive(await archive.folder()) }));
    const marketTime = new Date("2021-01-27T15:00:00Z");
    const window = { from: "2021-01-14", to: "2021-02-05", marketTime };
    const bars = await yahoo.dailyBars({ symbol: archive.symbol, ...window });
    expect(bars.map(({ date }) => date)).toEqual(days);
    expect(bars.at(-2)).toEqual(archive.dayBefore);
    expect(bars.at(-1)?.close).toBe(archive.openedAt);
    const index = await yahoo.dailyBars({ symbol: "^GSPC", ...window });
    expect(index.at(-1)).toMatchObject({ date: "2021-01-26", close: archive.index });
  });
});
