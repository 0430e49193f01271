import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readMarketArchive } from "../../../localstack/standins/market/archive.ts";
import { type MarketHistory, marketAsOf } from "../../../localstack/standins/market/history.ts";
import { pricedChain } from "../../../localstack/standins/market/option-pricing.ts";
import { folderWith } from "../../support/folders.ts";
import { describeRecorded, recordings } from "../../support/recorded.ts";
import { marketArchiveFiles, secondHalfOfJanuary } from "../../support/wire/market-archive.ts";
import { chain } from "../../support/wire/schwab.ts";

const daily = `symbol,date,open,high,low,close,volume
AAA,2021-01-05,11,14,10,13,500
AAA,2021-01-04,10,12,9,11,400
AAA,2021-01-02,10,10,10,10,NA
^GSPC,2021-01-04,,,,3700.5,900
^GSPC,2021-01-05,,,,3726.25,900
BBB,2021-01-04,n/a,,,,
,2021-01-04,1,1,1,1,1
`;
const intraday = `symbol,time,open,high,low,close,volume
AAA,2021-01-05 09:35:00,12,13,11.5,12.5,20
AAA,2021-01-05 09:30:00,11.1,12.5,11,12,10
AAA,2021-01-05 09:25:00,10.5,10.6,10.4,10.5,5
AAA,2021-01-05 16:00:00,13,13.2,12.9,13.1,5
AAA,2021-01-05 broken,1,1,1,1,1
`;

describe("a directory of prices", () => {
  const read = async () => readMarketArchive(await folderWith({ "daily.csv": daily, "intraday_5min.csv": intraday }));

  it("gives daily bars in order, without the days that only repeat the one before", async () => {
    const archive = await read();
    expect(archive.bars("AAA", "2021-01-01", "2021-01-31")).toEqual([
      { date: "2021-01-04", open: 10, high: 12, low: 9, close: 11, volume: 400 },
      { date: "2021-01-05", open: 11, high: 14, low: 10, close: 13, volume: 500 },
    ]);
    expect(archive.bars("AAA", "2021-01-05", "2021-01-31")).toHaveLength(1);
    expect([archive.has("AAA"), archive.has("^GSPC"), archive.has("BBB"), archive.has("")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("gives candles by New York's time, those of extended hours too", async () => {
    const archive = await read();
    const candles = archive.candles("AAA", "2021-01-05");
    expect(candles.map(({ timestamp, close }) => [timestamp.toISOString(), close])).toEqual([
      ["2021-01-05T14:25:00.000Z", 10.5],
      ["2021-01-05T14:30:00.000Z", 12],
      ["2021-01-05T14:35:00.000Z", 12.5],
      ["2021-01-05T21:00:00.000Z", 13.1],
    ]);
    const view = marketAsOf(archive, new Date("2021-01-05T14:40:00Z"));
    const [from, to] = [new Date("2021-01-05T05:00:00Z"), new Date("2021-01-06T05:00:00Z")];
    expect(view.candles("AAA", from, to).map(({ close }) => close)).toEqual([12, 12.5]);
    expect(view.candles("AAA", from, to, true).map(({ close }) => close)).toEqual([10.5, 12, 12.5]);
  });

  it("prices by candles where there are any, by the day's open and close otherwise", async () => {
    const archive = await read();
    const lastAt = (time: string) => marketAsOf(archive, new Date(time)).lastPrice("AAA");
    expect(lastAt("2021-01-05T14:20:00Z")).toMatchObject({ last: 11, at: new Date("2021-01-04T21:00:00Z") });
    expect(lastAt("2021-01-05T14:31:00Z")).toMatchObject({ last: 11.1, at: new Date("2021-01-05T14:30:00Z") });
    expect(lastAt("2021-01-05T14:36:00Z")).toMatchObject({ last: 12, at: new Date("2021-01-05T14:35:00Z") });
    expect(lastAt("2021-01-04T15:00:00Z")).toMatchObject({ last: 10, at: new Date("2021-01-04T14:30:00Z") });
    expect(lastAt("2021-01-04T21:00:00Z")).toMatchObject({ last: 11, previousClose: null });
    expect(lastAt("2021-01-04T14:00:00Z")).toBeUndefined();
  });

  it("does not know an index without an open before the close", async () => {
    const archive = await read();
    const barsAt = (time: string) => marketAsOf(archive, new Date(time)).bars("^GSPC", "2021-01-01", "2021-01-31");
    expect(barsAt("2021-01-05T20:59:59Z").map(({ close }) => close)).toEqual([3700.5]);
    expect(barsAt("2021-01-05T21:00:00Z").at(-1)).toEqual({
      date: "2021-01-05",
      open: 3726.25,
      high: 3726.25,
      low: 3726.25,
      close: 3726.25,
      volume: 900,
    });
  });

  it("ends with its last trading day: once a later session has begun, what it knows last is no price", async () => {
    const archive = await readMarketArchive(await folderWith({ "daily.csv": `${daily}AAA,2021-01-09,1,1,1,1,1\n` }));
    expect(archive.lastDay).toBe("2021-01-08");
    const fewer = await read();
    expect(fewer.lastDay).toBe("2021-01-05");
    const lastAt = (time: string) => marketAsOf(fewer, new Date(time)).lastPrice("AAA")?.last;
    expect(lastAt("2021-01-06T14:29:59Z")).toBe(12.5);
    expect(lastAt("2021-01-06T14:30:00Z")).toBeUndefined();
    expect(lastAt("2021-01-28T15:00:00Z")).toBeUndefined();
  });

  it("has no bar of a day on which the exchange was closed, whatever its rows say", async () => {
    const rows = "AAA,2021-01-15,10,12,9,11,400\nAAA,2021-01-18,11,14,10,13,500\n";
    const archive = await readMarketArchive(
      await folderWith({ "daily.csv": `symbol,date,open,high,low,close,volume\n${rows}` }),
    );
    const view = marketAsOf(archive, new Date("2021-01-19T14:00:00Z"));
    expect(view.bars("AAA", "2021-01-01", "2021-01-31").map(({ date }) => date)).toEqual(["2021-01-15"]);
    expect(view.lastPrice("AAA")).toMatchObject({ last: 11, at: new Date("2021-01-15T21:00:00Z") });
  });

  it("ends a half day at 13:00", async () => {
    const rows = "AAA,2020-11-25,10,12,9,11,400\nAAA,2020-11-27,11,14,10,13,500\n";
    const archive = await readMarketArchive(
      await folderWith({ "daily.csv": `symbol,date,open,high,low,close,volume\n${rows}` }),
    );
    const at = (time: string) => marketAsOf(archive, new Date(time));
    expect(at("2020-11-27T17:59:59Z").lastPrice("AAA")?.last).toBe(11);
    expect(at("2020-11-27T18:00:00Z").lastPrice("AAA")).toMatchObject({
      last: 13,
      at: new Date("2020-11-27T18:00:00Z"),
    });
    const [from, to] = [new Date("2020-11-27T05:00:00Z"), new Date("2020-11-28T05:00:00Z")];
    const candles = at("2020-11-27T21:00:00Z").candles("AAA", from, to);
    expect(candles.map(({ timestamp }) => timestamp.toISOString())).toEqual(["2020-11-27T17:55:00.000Z"]);
  });

  it("shows a day of which only the bar is known as one candle at its end, and not before it", async () => {
    const archive = await readMarketArchive(await folderWith({ "daily.csv": daily }));
    const whole = { open: 11, high: 14, low: 10, close: 13, volume: 500, timestamp: new Date("2021-01-05T20:55:00Z") };
    expect(archive.candles("AAA", "2021-01-05")).toEqual([whole]);
    expect(archive.candles("AAA", "2021-01-02")).toEqual([]);
    expect(archive.candles("^GSPC", "2021-01-05")).toEqual([]);
    const [from, to] = [new Date("2021-01-05T14:30:00Z"), new Date("2021-01-06T00:00:00Z")];
    const seenAt = (time: string) => marketAsOf(archive, new Date(time)).candles("AAA", from, to);
    expect(seenAt("2021-01-05T20:59:59Z")).toEqual([]);
    expect(seenAt("2021-01-05T21:00:00Z")).toEqual([whole]);
    const lastAt = (time: string) => marketAsOf(archive, new Date(time)).lastPrice("AAA")?.last;
    expect([lastAt("2021-01-05T20:57:00Z"), lastAt("2021-01-05T21:00:00Z")]).toEqual([11, 13]);
  });

  it("knows the splits of splits.csv, oldest first, and one for three as such", async () => {
    const splits = `symbol,date,ratio
AAA,2021-01-05,10
AAA,2021-01-04,0.3333
BBB,2021-01-04,1.5
`;
    const archive = await readMarketArchive(await folderWith({ "daily.csv": daily, "splits.csv": splits }));
    expect(archive.splits?.("AAA")).toEqual([
      { date: "2021-01-04", ratio: 1 / 3 },
      { date: "2021-01-05", ratio: 10 },
    ]);
    expect(archive.splits?.("BBB")).toEqual([{ date: "2021-01-04", ratio: 1.5 }]);
    expect(archive.splits?.("CCC")).toEqual([]);
    const view = (time: string) => marketAsOf(archive, new Date(time));
    expect(view("2021-01-04T22:00:00Z").splits("AAA")).toHaveLength(1);
    expect(view("2021-01-05T15:00:00Z").splits("AAA")).toHaveLength(2);
    // Eleven as traded are 1.10 of today's.
    expect(view("2021-01-05T22:00:00Z").lastPrice("AAA")).toMatchObject({ last: 13, previousClose: 1.1 });
  });

  it.each(["AAA,2021-01-06,0", "AAA,2021-01-06,two", "AAA,2021-01-06,", "AAA,soon,2", ",2021-01-06,2"])(
    "refuses a row of splits.csv that cannot be read, and shows it: %s",
    async (row) => {
      const splits = `symbol,date,ratio\nAAA,2021-01-05,10\n${row}\n`;
      const folder = await folderWith({ "daily.csv": daily, "splits.csv": splits });
      await expect(readMarketArchive(folder)).rejects.toMatchObject({
        name: "BadConfiguration",
        message: expect.stringContaining(`splits.csv that is no symbol, date, ratio: ${row}`),
      });
    },
  );

  it("says what is missing", async () => {
    const bad = { name: "BadConfiguration", message: expect.stringContaining("MARKET_ARCHIVE") };
    await expect(readMarketArchive(await folderWith({}))).rejects.toMatchObject(bad);
    await expect(readMarketArchive(await folderWith({ "daily.csv": "symbol,date\n" }))).rejects.toMatchObject(bad);
    await expect(readMarketArchive("/does/not/exist")).rejects.toMatchObject(bad);
  });

  it("shows a recorded chain on its day once its last quote was made", async () => {
    const chain = {
      symbol: "AAA",
      callExpDateMap: { "2021-01-15:10": { "12.0": [{ quoteTimeInLong: 1_609_862_400_000 }] } },
    };
    const file = { "tdameritrade_chains_AAA_2021-01-05.json": JSON.stringify(chain) };
    const archive = await readMarketArchive(await folderWith({ "daily.csv": daily, ...file }));
    const chainAt = (time: string) => archive.recordedChain?.("AAA", new Date(time));
    expect(chainAt("2021-01-05T15:59:59Z")).toBeUndefined();
    expect(chainAt("2021-01-05T16:00:00Z")).toEqual(chain);
    expect(chainAt("2021-01-06T16:00:00Z")).toBeUndefined();
    expect(archive.recordedChain?.("^GSPC", new Date("2021-01-05T17:00:00Z"))).toBeUndefined();
  });
});

/** Prices, bars, candles and chains at noon of the 28th do not change with what comes after it. */
function expectNothingLater(archive: MarketHistory, symbols: readonly string[]): void {
  const noon = new Date("2021-01-28T17:00:00Z");
  const scrambled: MarketHistory = {
    ...archive,
    bars: (symbol, from, to) =>
      archive
        .bars(symbol, from, to)
        .map((bar) =>
          bar.date < "2021-01-28"
            ? bar
            : { ...bar, ...(bar.date > "2021-01-28" && { open: 1 }), high: 9e5, low: 0.1, close: 5, volume: 3 },
        ),
    candles: (symbol, day) =>
      archive
        .candles(symbol, day)
        .map((candle) =>
          candle.timestamp.getTime() + 300_000 <= noon.getTime()
            ? candle
            : { ...candle, open: 1, high: 9e5, low: 0.1, close: 5, volume: 3 },
        ),
  };
  for (const symbol of symbols) {
    const [before, after] = [archive, scrambled].map((history) => {
      const view = marketAsOf(history, noon);
      return {
        price: view.lastPrice(symbol),
        volatility: view.volatility(symbol),
        bars: view.bars(symbol, "2021-01-20", "2021-02-10"),
        candles: view.candles(symbol, new Date("2021-01-25T00:00:00Z"), new Date("2021-02-05T00:00:00Z"), true),
        chain: pricedChain(view, symbol, "2021-02-05", "2021-02-19"),
      };
    });
    expect(after).toEqual(before);
  }
}

describe("a month with a holiday and a halt", () => {
  const read = async () => readMarketArchive(await folderWith(marketArchiveFiles));

  it("has its days without weekends and holidays", async () => {
    const archive = await read();
    const days = archive.bars("OTTR", "2021-01-15", "2021-02-02");
    expect(days.map(({ date }) => date)).toEqual(secondHalfOfJanuary);
    expect(days.find(({ date }) => date === "2021-01-27")?.close).toBe(56);
    expect(archive.bars("^GSPC", "2021-01-27", "2021-01-27")[0]).toMatchObject({ open: null, close: 3700.25 });
  });

  it("knows at ten what was traded until ten, halts included", async () => {
    const archive = await read();
    const view = marketAsOf(archive, new Date("2021-01-27T15:00:00Z"));
    expect(view.lastPrice("OTTR")).toMatchObject({ last: 53.5, at: new Date("2021-01-27T15:00:00Z") });
    expect(view.lastPrice("HERN")).toMatchObject({ last: 9, at: new Date("2021-01-27T14:30:00Z") });
    expect(view.lastPrice("^GSPC")).toMatchObject({ last: 3810.5 });
    const halted = marketAsOf(archive, new Date("2021-01-27T14:49:00Z"));
    expect(halted.lastPrice("OTTR")).toMatchObject({ last: 59, at: new Date("2021-01-27T14:40:00Z") });
    const next = marketAsOf(archive, new Date("2021-01-28T21:00:00Z"));
    const candles = next.candles("OTTR", new Date("2021-01-28T05:00:00Z"), new Date("2021-01-29T05:00:00Z"));
    expect(candles.map(({ high }) => high)).toEqual([50, 80, 67, 62, 33]);
  });

  it("answers the same whatever comes afterwards", async () => {
    expectNothingLater(await read(), ["OTTR", "HERN", "^GSPC"]);
  });

  it("serves a recorded chain that lies beside the prices", async () => {
    const recorded = chain("OTTR", 47, "2021-01-26", [{ symbol: "OTTR_021221C50", bid: 6, ask: 6.5, delta: 0.45 }]);
    const name = "schwab_chains_OTTR_2021-01-26.json";
    const archive = await readMarketArchive(
      await folderWith({ ...marketArchiveFiles, [name]: JSON.stringify(recorded) }),
    );
    expect(archive.recordedChain?.("OTTR", new Date("2021-01-26T14:31:00Z"))).toBeUndefined();
    expect(archive.recordedChain?.("OTTR", new Date("2021-01-26T21:30:00Z"))).toEqual(recorded);
  });
});

describeRecorded("the recorded January 2021", ["market/archive_2021-01", "options"], () => {
  const january = join(recordings, "market/archive_2021-01");

  it("has GameStop's days without weekends and holidays", async () => {
    const archive = await readMarketArchive(january);
    const days = archive.bars("GME", "2021-01-15", "2021-02-02");
    expect(days.map(({ date }) => date)).toEqual([
      ...["2021-01-15", "2021-01-19", "2021-01-20", "2021-01-21", "2021-01-22", "2021-01-25", "2021-01-26"],
      ...["2021-01-27", "2021-01-28", "2021-01-29", "2021-02-01", "2021-02-02"],
    ]);
    expect(days.find(({ date }) => date === "2021-01-27")?.close).toBe(347.51001);
    expect(archive.bars("^GSPC", "2021-01-27", "2021-01-27")[0]).toMatchObject({ open: null, close: 3750.77001953125 });
  });

  it("knows at ten what was traded until ten, halts included", async () => {
    const archive = await readMarketArchive(january);
    const view = marketAsOf(archive, new Date("2021-01-27T15:00:00Z"));
    expect(view.lastPrice("GME")).toMatchObject({ last: 315, at: new Date("2021-01-27T15:00:00Z") });
    expect(view.lastPrice("AMC")).toMatchObject({ last: 20.34, at: new Date("2021-01-27T14:30:00Z") });
    expect(view.lastPrice("^GSPC")).toMatchObject({ last: 3849.6201171875 });
    const next = marketAsOf(archive, new Date("2021-01-28T21:00:00Z"));
    const candles = next.candles("GME", new Date("2021-01-28T05:00:00Z"), new Date("2021-01-29T05:00:00Z"));
    expect(candles).toHaveLength(77);
    expect(Math.max(...candles.map(({ high }) => high))).toBe(483);
  });

  it("answers the same whatever comes afterwards", async () => {
    expectNothingLater(await readMarketArchive(january), ["GME", "AMC", "SPY", "^GSPC"]);
  });

  it("serves a recorded chain that lies beside the prices", async () => {
    const folder = await folderWith({});
    await copyFile(join(january, "daily.csv"), join(folder, "daily.csv"));
    const name = "tdameritrade_chains_DIS_2021-01-12.json";
    await copyFile(join(recordings, "options", name), join(folder, name));
    const archive = await readMarketArchive(folder);
    expect(archive.recordedChain?.("DIS", new Date("2021-01-12T14:31:00Z"))).toBeUndefined();
    expect(archive.recordedChain?.("DIS", new Date("2021-01-12T21:30:00Z"))).toMatchObject({ underlyingPrice: 176 });
  });
});
