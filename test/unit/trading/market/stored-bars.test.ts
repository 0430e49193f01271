import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { barsAsOf } from "../../../../lib/providers/market/as-of.ts";
import type { DailyBar } from "../../../../lib/providers/market/market.ts";
import { AppError } from "../../../../lib/runtime/errors.ts";
import { noMetrics } from "../../../../lib/runtime/metrics.ts";
import { createStoreClient } from "../../../../lib/store/client.ts";
import { keysOf } from "../../../../lib/store/keys.ts";
import { createStore } from "../../../../lib/store/table.ts";
import { closeOn, missingDays, type PriceBar, priceBarSchema } from "../../../../lib/trading/market/bars.ts";
import { confirmedSplits } from "../../../../lib/trading/market/confirmed-splits.ts";
import { priceBars, readBars, readSettlement, saveBars } from "../../../../lib/trading/market/stored-bars.ts";
import type { TradingServices } from "../../../../lib/trading/services.ts";
import type { DynamoDb } from "../../../../localstack/embedded/dynamodb/engine.ts";
import { startDynamoDb } from "../../../../localstack/embedded/dynamodb/start.ts";
import { createTableIfAbsent } from "../../../../localstack/embedded/dynamodb/table.ts";
import { recordedLog } from "../../../support/recorded-log.ts";

const tableName = "market-data-test";
const monday = "2026-03-02T15:30:00.000Z"; // 10:30 in New York
const mondayClose = "2026-03-02T21:00:00.000Z"; // 16:00 in New York

let database: DynamoDb;
let client: ReturnType<typeof createStoreClient>;
let realm = 0;
let log: ReturnType<typeof recordedLog>;
let services: Pick<TradingServices, "store" | "dailyPrices" | "log">;
/** What the source of daily prices has, or how it fails, and what it was asked. */
let source: DailyBar[] | Error;
let asked: string[];

beforeAll(async () => {
  database = await startDynamoDb();
  await createTableIfAbsent(database.endpoint, tableName);
  client = createStoreClient(database.endpoint);
});
afterAll(async () => {
  client.destroy();
  await database.close();
});
beforeEach(() => {
  const keys = keysOf(`market-data-${realm++}`);
  log = recordedLog();
  const store = createStore({
    client,
    tableName,
    keys,
    sleep: async () => undefined,
    random: () => 0,
    log,
    metrics: noMetrics,
  });
  asked = [];
  source = daysOf("2026-02-20", 11).map((date, index) => traded(date, 100 + index));
  const dailyBars: Awaited<ReturnType<TradingServices["dailyPrices"]>>["dailyBars"] = async (request) => {
    const { symbol, from, to, marketTime } = request;
    asked.push(`${symbol} ${from} ${to}`);
    if (source instanceof Error) throw source;
    return barsAsOf(source, marketTime).filter(({ date }) => date >= from && date <= to);
  };
  services = { store, log, dailyPrices: async () => ({ dailyBars, isUnknown: async () => false }) };
});

/** `count` weekdays from `first` on. */
function daysOf(first: string, count: number): string[] {
  return Array.from({ length: count * 2 }, (_, index) => new Date(Date.parse(first) + index * 86_400_000))
    .filter((day) => day.getUTCDay() % 6 !== 0)
    .slice(0, count)
    .map((day) => day.toISOString().slice(0, 10));
}

/** A day that opened a dollar below its close. */
function traded(date: string, close: number): DailyBar {
  return { date, open: close - 1, high: close + 2, low: close - 2, close, split: 1 };
}

/** A stored bar; final and fetched long after its day unless said otherwise. */
function bar(date: string, close: number | null, changes: Partial<PriceBar> = {}): PriceBar {
  const prices = { open: close, high: close, low: close, close };
  const stamp = { split: 1, source: "broker" as const, is_final: true, fetched_at: `${date}T22:00:00.000Z` };
  return { ticker: "GME", date, ...prices, ...stamp, ...changes };
}

const read = (from: string, to: string, at = monday, ticker = "GME") =>
  priceBars(services, { ticker, from, to, marketTime: new Date(at) });
/** Days and closes of an answer. */
const closes = async (...range: Parameters<typeof read>) =>
  Object.fromEntries((await read(...range)).map(({ date, close }) => [date, close]));
const storedBars = (ticker = "GME") => {
  const { pk } = services.store.keys.dailyBar(ticker, "");
  return services.store.queryAll({ pk }, priceBarSchema);
};
const storedCloses = async () => Object.fromEntries((await storedBars()).map(({ date, close }) => [date, close]));

describe("the days to fetch", () => {
  it.each([
    { at: "before the opening", time: "2026-03-02T14:29:59.999Z", days: ["2026-02-27"] },
    { at: "from the opening on", time: "2026-03-02T14:30:00.000Z", days: ["2026-02-27", "2026-03-02"] },
    { at: "after the close", time: "2026-03-02T23:00:00.000Z", days: ["2026-02-27", "2026-03-02"] },
    { at: "while it is Monday in UTC only", time: "2026-03-02T04:59:59.000Z", days: ["2026-02-27"] },
    { at: "over a weekend", time: "2026-03-01T18:00:00.000Z", days: ["2026-02-27"] },
    { at: "when all lies ahead", time: "2026-02-26T18:00:00.000Z", days: [] },
  ])("of a range from Friday to Tuesday $at are $days", ({ time, days }) => {
    const range = { from: "2026-02-27", to: "2026-03-03", marketTime: new Date(time) };
    expect(missingDays(range, [])).toEqual(days);
  });

  it("leave out weekends and the holidays the calendar knows", () => {
    const range = { from: "2026-02-13", to: "2026-02-18", marketTime: new Date(monday) };
    expect(missingDays(range, [])).toEqual(["2026-02-13", "2026-02-17", "2026-02-18"]);
  });

  it.each([
    { day: "2026-03-06", before: "2026-03-06T20:59:59.999Z", after: "2026-03-06T21:00:00.000Z" },
    { day: "2026-03-09", before: "2026-03-09T19:59:59.999Z", after: "2026-03-09T20:00:00.000Z" },
    { day: "2026-10-30", before: "2026-10-30T19:59:59.999Z", after: "2026-10-30T20:00:00.000Z" },
    { day: "2026-11-02", before: "2026-11-02T20:59:59.999Z", after: "2026-11-02T21:00:00.000Z" },
  ])("have $day again once it is over, by New York's clocks", ({ day, before, after }) => {
    const partial = [bar(day, 20, { is_final: false })];
    const at = (time: string) => missingDays({ from: day, to: day, marketTime: new Date(time) }, partial);
    expect([at(before), at(after)]).toEqual([[], [day]]);
  });
});

describe("daily bars", () => {
  it("are fetched in one call, answered oldest first, and stored for the next time", async () => {
    const expected = {
      "2026-02-25": 103,
      "2026-02-26": 104,
      "2026-02-27": 105,
      // Monday is under way: all that is known of it is its open.
      "2026-03-02": 105,
    };
    expect(Object.entries(await closes("2026-02-25", "2026-03-02"))).toEqual(Object.entries(expected));
    expect(asked).toEqual(["GME 2026-02-25 2026-03-02"]);
    expect((await storedBars()).slice(-2)).toEqual([
      {
        ticker: "GME",
        date: "2026-02-27",
        open: 104,
        high: 107,
        low: 103,
        close: 105,
        split: 1,
        source: "yahoo",
        is_final: true,
        fetched_at: monday,
      },
      {
        ticker: "GME",
        date: "2026-03-02",
        open: 105,
        high: 105,
        low: 105,
        close: 105,
        split: 1,
        source: "yahoo",
        is_final: false,
        fetched_at: monday,
      },
    ]);
    expect(await closes("2026-02-25", "2026-03-02")).toEqual(expected);
    expect(asked).toHaveLength(1);
  });

  it("are asked for where nobody has said whether there was a split, which the broker never does", async () => {
    await saveBars(services, [bar("2026-02-26", 50, { split: null })]);
    expect(await closes("2026-02-26", "2026-02-26")).toEqual({ "2026-02-26": 104 });
    expect(asked).toEqual(["GME 2026-02-26 2026-02-26"]);
    await saveBars(services, [bar("2026-02-26", 50, { split: null })]);
    expect((await storedBars())[0]).toMatchObject({ close: 50, split: 1, source: "broker" });
    expect(await closes("2026-02-26", "2026-02-26")).toEqual({ "2026-02-26": 50 });
    expect(asked).toHaveLength(1);
  });

  it("of a table from before splits were known are read, and asked for again", async () => {
    const { split: _, ...old } = bar("2026-02-26", 50);
    await services.store.putMany([{ ...services.store.keys.dailyBar("GME", "2026-02-26"), ...old }]);
    expect((await storedBars())[0]).toMatchObject({ close: 50, split: null });
    expect(await closes("2026-02-26", "2026-02-26")).toEqual({ "2026-02-26": 104 });
  });

  it("are asked for from the first day that is missing, which may lie between stored ones", async () => {
    await saveBars(services, [bar("2026-02-24", 50), bar("2026-02-26", 51)]);
    expect(await closes("2026-02-24", "2026-02-27")).toEqual({
      "2026-02-24": 50,
      "2026-02-25": 103,
      "2026-02-26": 51,
      "2026-02-27": 105,
    });
    expect(asked).toEqual(["GME 2026-02-25 2026-02-27"]);
    expect((await storedBars()).map(({ source }) => source)).toEqual(["broker", "yahoo", "broker", "yahoo"]);
  });

  it("of today are fetched once while it lasts and once when it is over", async () => {
    const at = async (time: string) => (await closes("2026-03-02", "2026-03-02", time))["2026-03-02"];
    expect(await at("2026-03-02T14:00:00.000Z")).toBeUndefined();
    expect(asked).toHaveLength(0);
    expect([await at(monday), await at("2026-03-02T20:59:00.000Z")]).toEqual([105, 105]);
    expect(asked).toHaveLength(1);
    expect([await at(mondayClose), await at("2026-03-02T23:00:00.000Z")]).toEqual([106, 106]);
    expect(asked).toHaveLength(2);
    expect(await storedBars()).toMatchObject([{ is_final: true, fetched_at: mondayClose, close: 106 }]);
  });

  it("of today that the broker knows better are left alone", async () => {
    await saveBars(services, [bar("2026-03-02", 107.5, { is_final: false, fetched_at: monday })]);
    expect(await closes("2026-03-02", "2026-03-02", "2026-03-02T16:00:00.000Z")).toEqual({ "2026-03-02": 107.5 });
    expect(asked).toEqual([]);
  });

  it("that were left partial are fetched again on a later day", async () => {
    await saveBars(services, [bar("2026-02-27", 99, { is_final: false, fetched_at: "2026-02-27T15:30:00.000Z" })]);
    expect(await closes("2026-02-27", "2026-02-28")).toEqual({ "2026-02-27": 105 });
    expect(await storedCloses()).toEqual({ "2026-02-27": 105 });
  });

  it("of a day that the source leaves out are asked for until it leaves it out on a later day: it was not traded", async () => {
    // As if the exchange had closed on a Tuesday for mourning.
    source = ["2021-02-22", "2021-02-24", "2021-02-25"].map((date) => traded(date, 51));
    const week = (at: string) => closes("2021-02-22", "2021-02-25", at);
    const leftOut = { ...bar("2021-02-23", null), source: "yahoo" };
    for (const at of ["2021-02-25T22:00:00.000Z", "2021-02-25T23:00:00.000Z"]) {
      expect(Object.keys(await week(at))).toEqual(["2021-02-22", "2021-02-24", "2021-02-25"]);
      const said = { split: null, is_final: false, fetched_at: "2021-02-25T22:00:00.000Z" };
      expect(await storedBars()).toContainEqual({ ...leftOut, ...said });
    }
    await week("2021-02-26T15:00:00.000Z");
    expect(await storedBars()).toContainEqual({ ...leftOut, fetched_at: "2021-02-26T15:00:00.000Z" });
    await week("2021-02-26T16:00:00.000Z");
    expect(asked).toEqual(["GME 2021-02-22 2021-02-25", ...Array(2).fill("GME 2021-02-23 2021-02-25")]);
  });

  it("of a day that the source had lost are those that it finds again", async () => {
    const whole = source;
    source = daysOf("2026-02-20", 11).flatMap((date, index) =>
      date === "2026-02-25" ? [] : [traded(date, 100 + index)],
    );
    expect(Object.keys(await closes("2026-02-24", "2026-02-27"))).toEqual(["2026-02-24", "2026-02-26", "2026-02-27"]);
    source = whole;
    expect(await closes("2026-02-24", "2026-02-27")).toMatchObject({ "2026-02-25": 103 });
    expect(await storedBars()).toContainEqual(expect.objectContaining({ date: "2026-02-25", close: 103, split: 1 }));
  });

  it("after a day that the source has lost do not say whose split it is", async () => {
    const after = (ratio: number) => [traded("2026-02-24", 100), { ...traded("2026-02-26", 10), split: ratio }];
    const split = async () => (await storedBars()).find(({ date }) => date === "2026-02-26")?.split;
    source = after(10);
    await read("2026-02-24", "2026-02-26", "2026-02-27T22:00:00.000Z");
    expect(await split()).toBeNull();
    await read("2026-02-24", "2026-02-26", "2026-02-28T15:00:00.000Z");
    expect(await split()).toBe(10);
  });

  it("that the broker saw and the source leaves out stay, and no split was on that day", async () => {
    source = [traded("2026-02-24", 100), traded("2026-02-26", 101)];
    await saveBars(services, [bar("2026-02-25", 99, { split: null })]);
    expect(await closes("2026-02-24", "2026-02-26")).toEqual({
      "2026-02-24": 100,
      "2026-02-25": 99,
      "2026-02-26": 101,
    });
    expect(await storedBars()).toContainEqual(bar("2026-02-25", 99, { split: 1 }));
  });

  it("that the source does not have yet are asked for again", async () => {
    source = [traded("2026-02-25", 103), traded("2026-02-26", 104)];
    await read("2026-02-25", "2026-02-27");
    expect(await storedCloses()).toEqual({ "2026-02-25": 103, "2026-02-26": 104 });
    source = [...source, traded("2026-02-27", 105)];
    expect(await closes("2026-02-25", "2026-02-27")).toMatchObject({ "2026-02-27": 105 });
    expect(asked[1]).toBe("GME 2026-02-27 2026-02-27");
  });

  it("of a ticker nobody knows are none, and nothing is stored", async () => {
    source = [];
    expect(await read("2026-02-25", "2026-03-02")).toEqual([]);
    expect(await storedBars()).toEqual([]);
  });

  it("of an empty range or of days to come are none, and nobody is asked", async () => {
    expect(await read("2026-03-02", "2026-02-25")).toEqual([]);
    expect(await read("2026-03-03", "2026-03-09")).toEqual([]);
    expect(asked).toEqual([]);
  });

  it("are what is stored where the source fails, which is logged and tried again", async () => {
    await saveBars(services, [bar("2026-02-26", 51)]);
    const range = { ticker: "GME", from: "2026-02-25", to: "2026-02-27", marketTime: new Date(monday) };
    source = new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", "Yahoo answered HTTP 503", { retryable: true });
    expect(await readBars(services, range)).toMatchObject({ bars: [{ date: "2026-02-26" }], isComplete: false });
    expect(log.lines).toMatchObject([
      {
        level: "info",
        message: "daily prices could not be had",
        fields: { ticker: "GME", days: 2, problem: "PricesUnavailable: Yahoo answered HTTP 503" },
      },
    ]);
    source = new TypeError("broken");
    expect(await priceBars(services, range)).toHaveLength(1);
    source = [traded("2026-02-25", 50), traded("2026-02-27", 52)];
    expect(await readBars(services, range)).toMatchObject({ bars: [{}, {}, {}], isComplete: true });
  });

  it("of other tickers stay apart", async () => {
    await saveBars(services, [bar("2026-02-27", 60, { ticker: "^GSPC" }), bar("2026-02-27", 61, { ticker: "BRK.B" })]);
    expect(await closes("2026-02-27", "2026-02-27", monday, "^GSPC")).toEqual({ "2026-02-27": 60 });
    expect(await closes("2026-02-27", "2026-02-27", monday, "BRK.B")).toEqual({ "2026-02-27": 61 });
    expect(asked).toEqual([]);
  });
});

describe("a replay in a realm that has seen later days", () => {
  beforeEach(async () => {
    const afternoon = { is_final: false, fetched_at: "2026-02-27T20:00:00.000Z" };
    await saveBars(services, [bar("2026-02-26", 51), bar("2026-02-27", 99, afternoon), bar("2026-03-02", 98)]);
    await saveBars(services, [bar("2026-02-27", 97)]);
  });

  it("sees no later day, and of its own only what it could know", async () => {
    const morning = "2026-02-27T15:30:00.000Z";
    // Friday opened at 104.
    expect(await closes("2026-02-26", "2026-03-02", morning)).toEqual({ "2026-02-26": 51, "2026-02-27": 104 });
    source = new Error("down");
    expect(await closes("2026-02-26", "2026-03-02", morning)).toEqual({ "2026-02-26": 51 });
  });

  it("leaves what is final as it is", async () => {
    await read("2026-02-26", "2026-03-02", "2026-02-27T15:30:00.000Z");
    expect(await storedCloses()).toEqual({ "2026-02-26": 51, "2026-02-27": 97, "2026-03-02": 98 });
  });
});

describe("saving bars", () => {
  const partial = (close: number) => bar("2026-02-27", close, { is_final: false });

  it.each([
    { what: "the last of several partial ones", writes: [[partial(20)], [partial(21)]], close: 21 },
    { what: "the last of several final ones", writes: [[bar("2026-02-27", 20)], [bar("2026-02-27", 21)]], close: 21 },
    { what: "a final one, whatever comes later", writes: [[bar("2026-02-27", 20)], [partial(21)]], close: 20 },
    { what: "a final one after a partial one", writes: [[partial(21)], [bar("2026-02-27", 20)]], close: 20 },
    { what: "prices, and not their absence", writes: [[bar("2026-02-27", 20)], [bar("2026-02-27", null)]], close: 20 },
    { what: "prices that turn up", writes: [[bar("2026-02-27", null)], [bar("2026-02-27", 20)]], close: 20 },
    { what: "one of a day given twice", writes: [[partial(20), bar("2026-02-27", 21), partial(22)]], close: 21 },
  ])("keeps $what", async ({ writes, close }) => {
    for (const bars of writes) await saveBars(services, bars);
    expect(await storedCloses()).toEqual({ "2026-02-27": close });
  });

  it("takes more than a batch, and none", async () => {
    await saveBars(services, []);
    const days = daysOf("2025-01-06", 130);
    await saveBars(
      services,
      days.map((date, index) => bar(date, index + 1)),
    );
    expect(Object.keys(await storedCloses())).toEqual(days);
  });
});

describe("the close on a day", () => {
  const bars = [bar("2026-02-26", 51), bar("2026-02-27", 52), bar("2026-03-02", null)];
  it.each([
    { day: "2026-02-25", close: null },
    { day: "2026-02-26", close: 51 },
    { day: "2026-03-01", close: 52 },
    { day: "2026-03-02", close: 52 },
    { day: "2026-04-01", close: 52 },
  ])("$day is the last one on or before it: $close", ({ day, close }) => {
    expect(closeOn(bars, day)).toBe(close);
  });

  it("is none where the last one is too long ago", () => {
    expect([closeOn(bars, "2026-03-02", "2026-02-27"), closeOn(bars, "2026-03-02", "2026-02-28")]).toEqual([52, null]);
  });
});

/** Without a share's price nothing is held against the broker, who is not asked then. */
async function splits(since: string, at = monday) {
  const broker = () => Promise.reject(new Error("nobody asks the broker"));
  const told = await confirmedSplits({ ...services, broker }, "GME", since, undefined, new Date(at));
  expect(told.isContradicted).toBe(false);
  return told.splits;
}

describe("the splits since a time", () => {
  it("are those of the sessions that began after it, with the opening, stored ones or from the source", async () => {
    if (!Array.isArray(source)) throw new Error("no source");
    source[4] = { ...traded("2026-02-26", 10), split: 10 };
    const found = [{ date: "2026-02-26", ratio: 10, opening: 9 }];
    // Half past nine in New York.
    expect(await splits("2026-02-26T14:29:59.999Z")).toEqual(found);
    expect(await splits("2026-02-26T14:29:59.999Z")).toEqual(found);
    expect(await splits("2026-02-26T14:30:00.000Z")).toEqual([]);
    // From the last session before it on, with whose prices those since are compared.
    expect(asked).toEqual(["GME 2026-02-25 2026-03-02"]);
    expect(await splits("2026-03-02T14:30:00.000Z")).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it("are not known where the source fails, or has no bar yet of a day that has begun", async () => {
    if (!Array.isArray(source)) throw new Error("no source");
    source = source.filter(({ date }) => date !== "2026-03-02");
    expect(await splits("2026-02-26T21:00:00.000Z")).toBeUndefined();
    expect(await splits("2026-02-26T21:00:00.000Z", "2026-03-02T14:29:59.999Z")).toEqual([]);
    source = new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", "down");
    expect(await splits("2026-02-17T21:00:00.000Z", "2026-02-27T22:00:00.000Z")).toBeUndefined();
  });
});

describe("what settles an option", () => {
  const settlement = (since: string, day: string) =>
    readSettlement(services, { ticker: "GME", since, day }, new Date(monday));

  it("is the close of its last day, as traded, and the splits until then, with one question", async () => {
    if (!Array.isArray(source)) throw new Error("no source");
    source[4] = { ...traded("2026-02-26", 10), split: 10 };
    const splits = [{ date: "2026-02-26", ratio: 10, opening: 9 }];
    expect(await settlement("2026-02-25T21:00:00.000Z", "2026-02-26")).toEqual({ splits, close: 10 });
    expect(asked).toEqual(["GME 2026-02-26 2026-02-26"]);
    expect(await settlement("2026-02-24T21:00:00.000Z", "2026-02-25")).toEqual({ splits: [], close: 103 });
    expect(await settlement("2026-02-26T21:00:00.000Z", "2026-02-26")).toEqual({ splits: [], close: 10 });
  });

  it("is not known where the source fails, or has the day before and the day after only", async () => {
    if (!Array.isArray(source)) throw new Error("no source");
    source = source.filter(({ date }) => date !== "2026-02-25");
    for (const since of ["2026-02-23T21:00:00.000Z", "2026-02-25T21:00:00.000Z"]) {
      expect(await settlement(since, "2026-02-25")).toBeUndefined();
    }
    source = [];
    expect(await settlement("2026-02-24T21:00:00.000Z", "2026-02-27")).toBeUndefined();
    source = new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", "down");
    expect(await settlement("2026-02-24T21:00:00.000Z", "2026-02-27")).toBeUndefined();
  });

  it("is not what was stored of its last day before that was over", async () => {
    const friday = bar("2026-02-27", 104, { is_final: false, fetched_at: "2026-02-27T15:30:00.000Z", source: "yahoo" });
    await saveBars(services, [friday]);
    const whole = source;
    source = new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", "down");
    expect(await settlement("2026-02-26T21:00:00.000Z", "2026-02-27")).toBeUndefined();
    expect(await splits("2026-02-26T21:00:00.000Z", "2026-03-02T14:00:00.000Z")).toBeUndefined();
    source = whole;
    expect(await settlement("2026-02-26T21:00:00.000Z", "2026-02-27")).toEqual({ splits: [], close: 105 });
  });
});
