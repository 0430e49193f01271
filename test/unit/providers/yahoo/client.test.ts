import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inRegularSession } from "../../../../lib/calendar/trading-days.ts";
import { type Http, HttpFailure, type HttpRequest } from "../../../../lib/providers/calls/http.ts";
import { barsAsOf, candlesAsOf } from "../../../../lib/providers/market/as-of.ts";
import { createYahoo } from "../../../../lib/providers/yahoo/client.ts";
import { readChart, toYahooSymbol } from "../../../../lib/providers/yahoo/wire.ts";
import { describeRecorded, recordings, unrecordedFields } from "../../../support/recorded.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { recordedMetrics } from "../../../support/recorded-metrics.ts";
import { chart, dividendOn, emptyChart, notFound, splitOn } from "../../../support/wire/yahoo.ts";

const marketTime = new Date("2026-11-20T15:30:00Z");

type Answer = { status: number; body: unknown; headers?: Record<string, string> };

function setup(script: (call: number) => Answer | "lost", standIn = true) {
  const requests: HttpRequest[] = [];
  const waits: number[] = [];
  const log = recordedLog();
  const metrics = recordedMetrics();
  const http: Http = async (request) => {
    requests.push(request);
    const answer = script(requests.length);
    if (answer === "lost") throw new HttpFailure("no connection", false);
    const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    return { status: answer.status, headers: new Headers(answer.headers), text };
  };
  const yahoo = createYahoo(
    { baseUrl: "https://yahoo.test", standIn, timeoutMs: 5_000 },
    {
      http,
      clock: { now: () => marketTime },
      sleep: async (ms) => void waits.push(ms),
      random: () => 0,
      log,
      metrics,
    },
  );
  return { yahoo, requests, waits, log };
}

const oneDay = chart(["2026-03-02T14:30:00Z"], { open: [10], high: [12], low: [9], close: [11] });
const window = { symbol: "GME", from: "2026-03-01", to: "2026-03-05", marketTime };
const noChart = { chart: { result: null, error: { code: "Internal Server Error", description: "?" } } };

describe("answers in Yahoo's form through the real client", () => {
  const bars = (body: unknown, from: string, to: string, status = 200) =>
    setup(() => ({ status, body })).yahoo.dailyBars({ symbol: "OTTR", from, to, marketTime });

  it("reads a day as it was traded, not adjusted for dividends, without the digits of single precision", async () => {
    const body = chart(["2022-02-22T14:30:00Z"], {
      open: [64.97999572753906],
      high: [66.69000244140625],
      low: [62.14999389648438],
      close: [64.32000732421875],
    });
    expect(await bars(body, "2022-02-22", "2022-02-22")).toEqual([
      { date: "2022-02-22", open: 64.98, high: 66.69, low: 62.15, close: 64.32, split: 1 },
    ]);
  });

  it("reads days with a dividend, over the change of clocks, as they were traded before and after a split", async () => {
    const openings = ["2022-03-11T14:30:00Z", "2022-03-14T13:30:00Z", "2022-03-15T13:30:00Z"];
    const [first = "", second = ""] = openings;
    const prices = { open: [20.25, 20, 21], high: [20.5, 22, 23], low: [19.75, 19, 20], close: [20.25, 21, 22] };
    const body = chart(openings, prices, { ...dividendOn(first, 0.2), ...splitOn(second, 4, 1) });
    expect(await bars(body, "2022-03-11", "2022-03-15")).toEqual([
      { date: "2022-03-11", open: 81, high: 82, low: 79, close: 81, split: 1 },
      { date: "2022-03-14", open: 20, high: 22, low: 19, close: 21, split: 4 },
      { date: "2022-03-15", open: 21, high: 23, low: 20, close: 22, split: 1 },
    ]);
  });

  it("reads a day as traded before a reverse split and another one that both came after the days asked for", async () => {
    const openings = ["2023-08-23T13:30:00Z", "2023-08-24T13:30:00Z", "2023-08-25T13:30:00Z"];
    const [, second = "", third = ""] = openings;
    const prices = {
      open: [39, 32.62, 13.44],
      high: [44, 33.2, 14.45],
      low: [38.8, 26.66, 12.4],
      close: [39.2, 28.74, 12.43],
    };
    const events = { splits: { ...splitOn(second, 1, 10).splits, ...splitOn(third, 1, 2).splits } };
    expect(await bars(chart(openings, prices, events), "2023-08-23", "2023-08-24")).toEqual([
      { date: "2023-08-23", open: 1.95, high: 2.2, low: 1.94, close: 1.96, split: 1 },
      { date: "2023-08-24", open: 16.31, high: 16.6, low: 13.33, close: 14.37, split: 0.1 },
    ]);
  });

  it("lets a split on a day without trading count from the next one", async () => {
    const prices = { open: [20, 21], high: [22, 23], low: [19, 20], close: [21, 22] };
    const body = chart(["2022-03-11T14:30:00Z", "2022-03-15T13:30:00Z"], prices, splitOn("2022-03-14T13:30:00Z", 3, 2));
    expect(await bars(body, "2022-03-11", "2022-03-15")).toMatchObject([
      { date: "2022-03-11", close: 31.5, split: 1 },
      { date: "2022-03-15", close: 22, split: 1.5 },
    ]);
  });

  it.each([
    ["forward", [80, 20], 4, 1],
    ["reverse", [1.96, 16.31], 1, 10],
  ])("refuses a series that jumps by the ratio of a %s split: it mixes two scales", async (_, closes, of, to) => {
    const openings = ["2022-03-11T14:30:00Z", "2022-03-14T13:30:00Z"];
    const prices = { open: closes, high: closes, low: closes, close: closes };
    const body = chart(openings, prices, splitOn("2022-03-14T13:30:00Z", of, to));
    await expect(bars(body, "2022-03-11", "2022-03-14")).rejects.toMatchObject({ name: "PricesUnavailable" });
  });

  it("marks a ratio that may be a spin-off's, and puts the days before it back on their scale all the same", async () => {
    const openings = ["2023-01-03T14:30:00Z", "2023-01-04T14:30:00Z"];
    const prices = { open: [50, 51], high: [50, 51], low: [50, 51], close: [50, 51] };
    const body = chart(openings, prices, splitOn("2023-01-04T14:30:00Z", 1281, 1000));
    expect(await bars(body, "2023-01-03", "2023-01-04")).toEqual([
      { date: "2023-01-03", open: 64.05, high: 64.05, low: 64.05, close: 64.05, split: 1 },
      { date: "2023-01-04", open: 51, high: 51, low: 51, close: 51, split: 1.281, isSplitDoubtful: true },
    ]);
  });

  it.each([
    ["says that there is none of that name", 404, notFound, true],
    ["says so of its chart", 404, { chart: { result: null, error: notFound.quoteSummary.error } }, true],
    ["sends somebody else's page", 404, "<html>", false],
    [
      "has nothing of the window",
      400,
      { chart: { result: null, error: { code: "Bad Request", description: "Data doesn't exist" } } },
      false,
    ],
    ["has a chart without trade", 200, emptyChart(), false],
  ])("calls a symbol unknown only where it says so itself: where it %s", async (_, status, body, isUnknown) => {
    const { yahoo } = setup(() => ({ status, body }));
    expect(await yahoo.isUnknown({ symbol: "OTTR", marketTime })).toBe(isUnknown);
  });

  it("has no bars for a weekend, and none for a symbol that is not found", async () => {
    expect(await bars(emptyChart(), "2022-02-19", "2022-02-20")).toEqual([]);
    expect(await bars(notFound, "2022-02-22", "2022-02-22", 404)).toEqual([]);
  });
});

describeRecorded("recorded answers through the real client", ["wire/yahoo"], () => {
  const folder = join(recordings, "wire/yahoo");
  interface Recording {
    request: { url: string };
    response: { status: number; bodyJson: unknown };
  }
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Recording;
  const replay = (file: string, from: string, to: string) => {
    const { status, bodyJson: body } = read(file).response;
    return setup(() => ({ status, body })).yahoo.dailyBars({ symbol: "ANY", from, to, marketTime });
  };

  it("reads a day as it was traded, not adjusted for dividends", async () => {
    expect(await replay("chart-AAPL.json", "2022-02-22", "2022-02-22")).toEqual([
      { date: "2022-02-22", open: 164.98, high: 166.69, low: 162.15, close: 164.32, split: 1 },
    ]);
    expect(await replay("chart-GOOG-2020-01-01-to-2020-01-03.json", "2020-01-01", "2020-01-03")).toEqual([
      { date: "2020-01-02", open: 67.0775, high: 68.407, low: 67.0775, close: 68.3685, split: 1 },
    ]);
    expect(await replay("chart-QQQ-2020-01-01-to-2020-01-03.json", "2020-01-01", "2020-01-03")).toEqual([
      { date: "2020-01-02", open: 214.4, high: 216.16, low: 213.98, close: 216.16, split: 1 },
    ]);
  });

  it("reads months with dividends and notes the splits", async () => {
    const apple = await replay("chart-AAPL-2020-08-31-to-2020-11-07.json", "2020-08-31", "2020-11-06");
    expect(apple).toHaveLength(49);
    expect(apple[0]).toEqual({ date: "2020-08-31", open: 127.58, high: 131, low: 126, close: 129.04, split: 4 });
    expect(apple.slice(1).every(({ split }) => split === 1)).toBe(true);
    const nvidia = await replay(
      "historical-via-chart-NVDA-split-2021-02-01-to-2022-01-31.json",
      "2021-02-01",
      "2022-01-31",
    );
    expect(nvidia).toHaveLength(252);
    expect(nvidia.filter(({ split }) => split !== 1).map(({ date, split }) => [date, split])).toEqual([
      ["2021-07-20", 4],
    ]);
  });

  it("has no bars for a weekend, and none for a symbol that is not found", async () => {
    const weekend = "chart-AAPL-2025-02-01-to-2025-02-02-includePrePost-false-interval-1m.json";
    expect(await replay(weekend, "2025-02-01", "2025-02-02")).toEqual([]);
    expect(await replay("quoteSummary_404_not_found.json", "2025-02-01", "2025-02-02")).toEqual([]);
  });

  it("have every field of the made-up ones", () => {
    const { bodyJson } = read("chart-AAPL-2020-08-31-to-2020-11-07.json").response;
    const prices = { open: [10], high: [12], low: [9], close: [11] };
    expect(unrecordedFields(chart(["2026-03-02T14:30:00Z"], prices), bodyJson)).toEqual([]);
    expect(unrecordedFields(notFound, read("quoteSummary_404_not_found.json").response.bodyJson)).toEqual([]);
  });

  it("has been shown every recording there is", () => {
    expect(readdirSync(folder)).toHaveLength(7);
  });
});

describe("the client", () => {
  it("asks for whole days up to today by Yahoo's name, with a browser's agent, and tells only a stand-in the market time", async () => {
    const local = setup(() => ({ status: 200, body: oneDay }));
    await local.yahoo.dailyBars({ ...window, symbol: "^GSPC" });
    const url = new URL(local.requests[0]?.url ?? "");
    expect(url.pathname).toBe("/v8/finance/chart/%5EGSPC");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      period1: "1772323200",
      period2: "1795219200",
      interval: "1d",
      events: "split",
      includePrePost: "false",
    });
    expect(local.requests[0]?.headers).toMatchObject({ "x-market-time": "2026-11-20T15:30:00.000Z" });
    expect(local.requests[0]?.headers?.["user-agent"]).toMatch(/^Mozilla/);
    const real = setup(() => ({ status: 200, body: oneDay }), false);
    await real.yahoo.dailyBars(window);
    expect(real.requests[0]?.headers?.["x-market-time"]).toBeUndefined();
  });

  it.each([
    ["BRK.B", "BRK-B"],
    ["GME", "GME"],
  ])("knows %s as %s", (own, yahoo) => {
    expect(toYahooSymbol(own)).toBe(yahoo);
  });

  it.each<[string, Answer | "lost"]>([
    ["429", { status: 429, body: "Too Many Requests" }],
    ["500", { status: 500, body: "" }],
    ["a lost connection", "lost"],
    ["a page instead of JSON", { status: 200, body: "<html>" }],
    ["a chart's own error", { status: 200, body: noChart }],
    ["something else", { status: 200, body: { quoteSummary: {} } }],
  ])("waits 1, 2 and 4 seconds before it gives up on %s", async (_, answer) => {
    const { yahoo, waits, requests } = setup(() => answer);
    await expect(yahoo.dailyBars(window)).rejects.toMatchObject({
      name: "PricesUnavailable",
      code: "PRICE_UNAVAILABLE",
      retryable: true,
    });
    expect(waits).toEqual([1_000, 2_000, 4_000]);
    expect(requests).toHaveLength(4);
  });

  it("does as Retry-After says up to 30 seconds", async () => {
    const soon = setup((call) =>
      call === 1 ? { status: 429, body: "", headers: { "retry-after": "30" } } : { status: 200, body: oneDay },
    );
    expect(await soon.yahoo.dailyBars(window)).toHaveLength(1);
    expect(soon.waits).toEqual([30_000]);
    const late = setup(() => ({ status: 429, body: "", headers: { "retry-after": "31" } }));
    await expect(late.yahoo.dailyBars(window)).rejects.toMatchObject({ name: "PricesUnavailable" });
    expect(late.waits).toEqual([]);
  });

  it.each([401, 403, 404])("does not repeat what Yahoo refuses with %i", async (status) => {
    const { yahoo, requests } = setup(() => ({ status, body: "no" }));
    await expect(yahoo.dailyBars(window)).rejects.toMatchObject({ name: "PricesUnavailable", retryable: false });
    expect(requests).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ["an unknown symbol", { status: 404, body: notFound }],
    [
      "a symbol that is not found, said with 200",
      { status: 200, body: { chart: { result: null, error: { code: "Not Found", description: "No data found" } } } },
    ],
    [
      "days before the company was listed, said with 400",
      {
        status: 400,
        body: {
          chart: { result: null, error: { code: "Bad Request", description: "Data doesn't exist for startDate = 1" } },
        },
      },
    ],
    ["a window without trade", { status: 200, body: chart([], {}) }],
  ])("has no bars, and does not ask again, for %s", async (_, answer) => {
    const { yahoo, requests } = setup(() => answer);
    expect(await yahoo.dailyBars(window)).toEqual([]);
    expect(requests).toHaveLength(1);
  });

  it("tries each of many symbols once where three others got no answer, until one of them does", async () => {
    const { yahoo, waits, requests } = setup((call) =>
      call <= 14 ? { status: 429, body: "" } : { status: call === 15 ? 200 : 429, body: oneDay },
    );
    const ask = () =>
      yahoo.dailyBars(window).then(
        () => "answered",
        () => "in vain",
      );
    const answers: string[] = [];
    for (let symbol = 0; symbol < 6; symbol++) answers.push(await ask());
    expect(answers).toEqual(["in vain", "in vain", "in vain", "in vain", "in vain", "answered"]);
    // Three times four, twice once, and the one that is answered.
    expect([requests.length, waits.length]).toEqual([15, 9]);
    expect(await ask()).toBe("in vain");
    expect([requests.length, waits.length]).toEqual([19, 12]);
  });

  it("keeps to the days asked for", async () => {
    const { yahoo } = setup(() => ({ status: 200, body: oneDay }));
    expect(await yahoo.dailyBars({ ...window, from: "2026-03-03" })).toEqual([]);
  });
});

describe("a chart", () => {
  it("skips days without a whole row, takes each day once and orders them", () => {
    const times = ["2026-03-04", "2026-03-02", "2026-03-03", "2026-03-02"].map((day) => `${day}T14:30:00Z`);
    const answer = chart(times, {
      open: [10, 20, null, 21],
      high: [12, 22, null, 22],
      low: [9, 19, null, 19],
      close: [11, 21, null, 20.5],
    });
    expect(readChart(answer)?.map(({ date, close }) => [date, close])).toEqual([
      ["2026-03-02", 20.5],
      ["2026-03-04", 11],
    ]);
  });

  it("undoes single precision", () => {
    const answer = chart(["2026-03-02T14:30:00Z"], {
      open: [129.0399932861328],
      high: [134.17999267578125],
      low: [0.00009],
      close: [130],
    });
    expect(readChart(answer)?.[0]).toMatchObject({ open: 129.04, high: 134.18, low: 0.0001 });
  });

  it.each([undefined, null, 7, {}, { chart: {} }, { chart: { result: [{}] } }])("is not %j", (answer) => {
    expect(readChart(answer)).toBeNull();
  });
});

describe("what was known at a market time", () => {
  const bar = (date: string) => ({ date, open: 10, high: 15, low: 8, close: 12 });
  const bars = [bar("2026-02-27"), bar("2026-03-02"), bar("2026-03-03")];
  const known = (time: string) => barsAsOf(bars, new Date(time)).map(({ date, high, close }) => [date, high, close]);

  it.each([
    ["a minute before the opening", "2026-03-02T14:29:59Z", [["2026-02-27", 15, 12]]],
    [
      "at the opening",
      "2026-03-02T14:30:00Z",
      [
        ["2026-02-27", 15, 12],
        ["2026-03-02", 10, 10],
      ],
    ],
    [
      "before the close",
      "2026-03-02T20:59:59Z",
      [
        ["2026-02-27", 15, 12],
        ["2026-03-02", 10, 10],
      ],
    ],
    [
      "at the close",
      "2026-03-02T21:00:00Z",
      [
        ["2026-02-27", 15, 12],
        ["2026-03-02", 15, 12],
      ],
    ],
    [
      "on the next day in London",
      "2026-03-03T03:00:00Z",
      [
        ["2026-02-27", 15, 12],
        ["2026-03-02", 15, 12],
      ],
    ],
  ])("of daily bars %s", (_, time, expected) => {
    expect(known(time)).toEqual(expected);
  });

  it("of candles: those that are over", () => {
    const candles = ["15:20", "15:25", "15:30"].map((time) => ({ timestamp: new Date(`2026-03-02T${time}:00Z`) }));
    expect(candlesAsOf(candles, new Date("2026-03-02T15:29:59Z"))).toHaveLength(1);
    expect(candlesAsOf(candles, new Date("2026-03-02T15:30:00Z"))).toHaveLength(2);
  });

  it.each([
    ["2026-03-06T14:29:59Z", false],
    ["2026-03-06T14:30:00Z", true],
    ["2026-03-06T20:59:59Z", true],
    ["2026-03-06T21:00:00Z", false],
    // The clocks have changed.
    ["2026-03-09T13:30:00Z", true],
    ["2026-03-09T20:00:00Z", false],
    // A Saturday and a Sunday.
    ["2026-03-07T16:00:00Z", false],
    ["2026-03-08T16:00:00Z", false],
  ])("the session is on at %s: %s", (time, isOn) => {
    expect(inRegularSession(new Date(time))).toBe(isOn);
  });
});
