import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openRealm } from "../../lib/realm/state.ts";
import { update } from "../../lib/store/actions.ts";
import type { StandInRequest } from "../../localstack/standins/json-server.ts";
import { startYahooStandIn } from "../../localstack/standins/yahoo/server.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { marketOf } from "../support/market.ts";

const api = useEndpoints();
const { ask, refusal } = api;

/** Monday, 10:30 in New York. */
const monday = "2026-03-02T15:30:00Z";
let yahoo: Awaited<ReturnType<typeof startYahooStandIn>>;
/** Symbols Yahoo was asked for. */
let asked: string[];
let isDown: boolean;

beforeAll(async () => {
  yahoo = await startYahooStandIn({
    // Opens at twice the day of the month, and closes a dollar above.
    market: marketOf(
      { GME: byDay(2), "^GSPC": byDay(200), "BRK.B": 500, AMC: (day) => (day < "2026-02-26" ? 2 : 20.5) },
      { AMC: [{ date: "2026-02-26", ratio: 0.1 }] },
    ),
    faults: ({ path }: StandInRequest) => {
      asked.push(decodeURIComponent(path.split("/").at(-1) ?? ""));
      return isDown ? { status: 503, body: "{}" } : undefined;
    },
  });
});
afterAll(() => yahoo.close());
beforeEach(() => {
  [asked, isDown] = [[], false];
  enterAt(monday);
});

function byDay(factor: number) {
  return (day: string, candle: number) => Number(day.slice(8)) * factor + (candle > 0 ? 1 : 0);
}
function enterAt(clock: string): void {
  api.enter({ YAHOO_BASE_URL: yahoo.url, YAHOO_STAND_IN: "true", MARKET_CLOCK: clock });
}
const pricesOf = (ticker: string, query: Record<string, string> = {}) =>
  ask("GET /prices/{ticker}", { params: { ticker }, query });

describe("GET /prices/{ticker}", () => {
  it("shows the closes of 14 days up to the market's today, oldest first", async () => {
    const { status, body } = await pricesOf("GME");
    expect(status).toBe(200);
    expect(body.data).toEqual([
      { date: "2026-02-17", close: 35 },
      { date: "2026-02-18", close: 37 },
      { date: "2026-02-19", close: 39 },
      { date: "2026-02-20", close: 41 },
      { date: "2026-02-23", close: 47 },
      { date: "2026-02-24", close: 49 },
      { date: "2026-02-25", close: 51 },
      { date: "2026-02-26", close: 53 },
      { date: "2026-02-27", close: 55 },
      // Under way: its open.
      { date: "2026-03-02", close: 4 },
    ]);
    expect(body.meta).toMatchObject({ ticker: "GME", days: 14, split_adjusted_to: "2026-03-02" });
  });

  it("shows one scale over a split, that of the last day", async () => {
    const closes = async () => (await pricesOf("AMC", { days: "6" })).body.data;
    const expected = [
      { date: "2026-02-25", close: 20 },
      { date: "2026-02-26", close: 20.5 },
      { date: "2026-02-27", close: 20.5 },
      { date: "2026-03-02", close: 20.5 },
    ];
    expect(await closes()).toEqual(expected);
    expect(await closes()).toEqual(expected);
  });

  it.each([
    { days: "1", dates: ["2026-03-02"] },
    { days: "4", dates: ["2026-02-27", "2026-03-02"] },
    { days: "15", dates: 10 },
    { days: "90", dates: 60 },
  ])("takes $days days", async ({ days, dates }) => {
    const { body } = await pricesOf("GME", { days });
    const shown = body.data.map(({ date }: { date: string }) => date);
    if (typeof dates === "number") expect(shown).toHaveLength(dates);
    else expect(shown).toEqual(dates);
    expect(body.meta.days).toBe(Number(days));
  });

  it("asks Yahoo once for what is not stored yet", async () => {
    const first = (await pricesOf("GME")).body.data;
    expect((await pricesOf("GME")).body.data).toEqual(first);
    expect((await pricesOf("gme", { days: "5" })).body.data).toEqual(first.slice(-3));
    expect(asked).toEqual(["GME"]);
    await pricesOf("GME", { days: "20" });
    expect(asked).toEqual(["GME", "GME"]);
  });

  it.each([
    { given: "gme", ticker: "GME", close: 4 },
    { given: "BRK.B", ticker: "BRK.B", close: 500 },
    { given: "^GSPC", ticker: "^GSPC", close: 400 },
    { given: "%5Egspc", ticker: "^GSPC", close: 400 },
  ])("knows $given as $ticker", async ({ given, ticker, close }) => {
    const { body } = await pricesOf(given, { days: "1" });
    expect(body.data).toEqual([{ date: "2026-03-02", close }]);
    expect(body.meta.ticker).toBe(ticker);
  });

  it("has no closes of an unknown ticker, which is no error", async () => {
    const before = await api.contents();
    const { status, body } = await pricesOf("NOPE");
    expect([status, body.data]).toEqual([200, []]);
    expect(await api.contents()).toEqual(before);
  });

  it("has what is stored while Yahoo is out of order", async () => {
    const { data } = (await pricesOf("GME", { days: "4" })).body;
    isDown = true;
    expect((await pricesOf("GME")).body.data).toEqual(data);
    expect((await pricesOf("AMC")).body.data).toEqual([]);
    isDown = false;
    expect((await pricesOf("GME")).body.data).toHaveLength(10);
  });

  it("ends with the day the scenario's last run had", async () => {
    enterAt("scenario:2026-02-25");
    const last = async () => (await pricesOf("GME", { days: "2" })).body.data.at(-1);
    expect(await last()).toEqual({ date: "2026-02-25", close: 50 });
    await openRealm(api.services);
    const { keys, transact } = api.services.store;
    await transact([update(keys.realmState(), { set: { market_time: "2026-02-26T21:00:00.000Z" } })]);
    expect(await last()).toEqual({ date: "2026-02-26", close: 53 });
  });

  it.each(["ABCDEFGHIJK", "GM E", "GME^", "^", "^^GSPC", "GME/AMC", "€", "GME%"])(
    "does not know %j",
    async (ticker) => {
      expect(await refusal("GET /prices/{ticker}", { params: { ticker } })).toMatchObject({ status: 404 });
      expect(asked).toEqual([]);
    },
  );

  it.each([
    [{ days: "0" }, "days"],
    [{ days: "91" }, "days"],
    [{ days: "1.5" }, "days"],
    [{ days: "" }, "days"],
    [{ limit: "5" }, "limit"],
  ])("refuses %j because of %s", async (query, field) => {
    expect(await refusal("GET /prices/{ticker}", { params: { ticker: "GME" }, query })).toMatchObject({
      status: 422,
      details: [{ field }],
    });
  });
});
