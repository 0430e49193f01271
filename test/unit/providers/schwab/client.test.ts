import { afterEach, describe, expect, it } from "vitest";
import { type Http, HttpFailure } from "../../../../lib/providers/calls/http.ts";
import type { SchwabSettings } from "../../../../lib/providers/schwab/client.ts";
import type { ScriptedAnswer, StandInRequest } from "../../../../localstack/standins/json-server.ts";
import { startSchwabStandIn } from "../../../../localstack/standins/schwab/server.ts";
import { freshTokens, memoryVault, schwabClient } from "../../../support/broker.ts";

const marketTime = new Date("2026-03-02T15:30:00Z");
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const isToken = ({ path }: StandInRequest) => path === "/v1/oauth/token";
const json = (body: unknown, status = 200, headers: Record<string, string> = {}): ScriptedAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
const quoteOf = (symbol: string, quote: object) => json({ [symbol]: { symbol, quote } });
const gmeQuote = quoteOf("GME", { lastPrice: 42.5, bidPrice: 42.4, askPrice: 42.6, tradeTime: 1_772_463_600_000 });

/** `script` is asked for every call but those for tokens, counted from 1. */
async function setup(
  script: (call: number, request: StandInRequest) => ScriptedAnswer | "hang" | undefined,
  settings: Partial<SchwabSettings> = {},
) {
  const requests: StandInRequest[] = [];
  const tokenRequests: StandInRequest[] = [];
  const server = await startSchwabStandIn({
    faults: (request) => {
      if (isToken(request)) {
        tokenRequests.push(request);
        return undefined;
      }
      requests.push(request);
      return script(requests.length, request);
    },
  });
  open.push(server);
  return { ...schwabClient(server.url, { settings }), requests, tokenRequests, url: server.url };
}

describe("retries", () => {
  it("waits 1, 2 and 4 seconds, and then has an answer", async () => {
    const { schwab, waits, requests } = await setup((call) => (call < 4 ? json({}, 503) : gmeQuote));
    const quotes = await schwab.quotes({ symbols: ["GME"], marketTime });
    expect(quotes.get("GME")?.last).toBe(42.5);
    expect(waits).toEqual([1_000, 2_000, 4_000]);
    expect(requests).toHaveLength(4);
  });

  it.each<[string, ScriptedAnswer]>([
    ["500", json({ errors: [{ status: 500, title: "Internal Server Error" }] }, 500)],
    ["429", json({}, 429)],
    ["408", json({}, 408)],
    ["a redirect", { status: 302, headers: { location: "http://127.0.0.1/login" } }],
    ["a page instead of JSON", { status: 200, body: "<html>maintenance</html>" }],
    ["half an answer", { status: 200, body: '{"GME": {"sym' }],
  ])("gives up after four calls: %s", async (_, answer) => {
    const { schwab, requests } = await setup(() => answer);
    await expect(schwab.quotes({ symbols: ["GME"], marketTime })).rejects.toMatchObject({
      name: "BrokerUnavailable",
      code: "PRICE_UNAVAILABLE",
      retryable: true,
    });
    expect(requests).toHaveLength(4);
  });

  it("does as Retry-After says, but never waits more than 15 seconds, neither at once nor in total", async () => {
    const polite = await setup((call) => (call === 1 ? json({}, 429, { "retry-after": "3" }) : gmeQuote));
    await polite.schwab.quotes({ symbols: ["GME"], marketTime });
    expect(polite.waits).toEqual([3_000]);

    const long = await setup(() => json({}, 429, { "retry-after": "16" }));
    await expect(long.schwab.quotes({ symbols: ["GME"], marketTime })).rejects.toMatchObject({
      name: "BrokerUnavailable",
    });
    expect(long.waits).toEqual([]);

    const often = await setup(() => json({}, 429, { "retry-after": "9" }));
    await expect(often.schwab.quotes({ symbols: ["GME"], marketTime })).rejects.toMatchObject({
      name: "BrokerUnavailable",
      message: "Schwab answered HTTP 429",
    });
    expect(often.waits).toEqual([9_000]);
    expect(often.requests).toHaveLength(2);
  });

  it("counts a call without an answer as unavailable", async () => {
    let calls = 0;
    const http: Http = async () => {
      calls++;
      throw new HttpFailure("no answer within 5000 ms", true);
    };
    const { schwab } = schwabClient("http://127.0.0.1:1", { http, vault: memoryVault(freshTokens) });
    await expect(schwab.quotes({ symbols: ["GME"], marketTime })).rejects.toMatchObject({
      name: "BrokerUnavailable",
      message: "no answer within 5000 ms",
    });
    expect(calls).toBe(4);
  });

  it.each([400, 403, 404])("does not repeat what Schwab refuses with %i", async (status) => {
    const { schwab, requests } = await setup(() => json({ errors: [{ status }] }, status));
    await expect(schwab.marketHours({ day: "2026-03-02", marketTime })).rejects.toMatchObject({
      name: "BrokerRefused",
      code: "PRICE_UNAVAILABLE",
      retryable: false,
    });
    expect(requests).toHaveLength(1);
  });

  it("names the symbol in the log of a retry, and never a token or the secret", async () => {
    const { schwab, log } = await setup((call) => (call === 1 ? json({}, 503) : json({ candles: [] })));
    await schwab.candles({ symbol: "GME", from: marketTime, to: marketTime, marketTime });
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: "warn", fields: expect.objectContaining({ symbol: "GME", attempt: 1 }) }),
    );
    expect(JSON.stringify(log.lines)).not.toMatch(/canary-secret|stand-in-access|stand-in-refresh/);
  });
});

describe("a refused token", () => {
  const unauthorized = json({ errors: [{ status: 401, title: "Unauthorized" }] }, 401);

  it("is renewed at once, and the call repeated once", async () => {
    const { schwab, waits, requests, tokenRequests } = await setup((call) => (call === 1 ? unauthorized : gmeQuote));
    expect((await schwab.quotes({ symbols: ["GME"], marketTime })).size).toBe(1);
    expect(waits).toEqual([]);
    expect(tokenRequests).toHaveLength(2);
    const [first, second] = requests.map(({ headers }) => headers.authorization);
    expect(first).not.toBe(second);
  });

  it("is an authentication error when the new one is refused as well", async () => {
    const { schwab, requests } = await setup(() => unauthorized);
    await expect(schwab.quotes({ symbols: ["GME"], marketTime })).rejects.toMatchObject({
      name: "BrokerRefused",
      code: "SCHWAB_AUTH_ERROR",
      retryable: false,
    });
    expect(requests).toHaveLength(2);
  });

  it("is renewed once for calls that run side by side", async () => {
    const refused = new Set<string>();
    const { schwab, tokenRequests } = await setup((_, { headers }) => {
      if (refused.size === 0) refused.add(headers.authorization ?? "");
      return refused.has(headers.authorization ?? "") ? unauthorized : gmeQuote;
    });
    const calls = Array.from({ length: 5 }, () => schwab.quotes({ symbols: ["GME"], marketTime }));
    expect((await Promise.all(calls)).map(({ size }) => size)).toEqual([1, 1, 1, 1, 1]);
    expect(tokenRequests).toHaveLength(2);
  });
});

describe("requests", () => {
  it("never has more than five calls in flight", async () => {
    const gates: (() => void)[] = [];
    let inFlight = 0;
    let most = 0;
    const http: Http = async () => {
      most = Math.max(most, ++inFlight);
      await new Promise<void>((resolve) => gates.push(resolve));
      inFlight--;
      return { status: 200, headers: new Headers(), text: '{"callExpDateMap": {}, "putExpDateMap": {}}' };
    };
    const { schwab } = schwabClient("http://127.0.0.1:1", { http, vault: memoryVault(freshTokens) });
    const request = { fromDate: "2026-03-16", toDate: "2026-03-23", marketTime };
    const calls = Array.from({ length: 12 }, (_, index) => schwab.chain({ symbol: `T${index}`, ...request }));
    let answered = 0;
    while (answered < 12) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const gate of gates.splice(0)) {
        gate();
        answered++;
      }
    }
    await Promise.all(calls);
    expect(most).toBe(5);
  });

  it("asks for 5-minute candles of the regular session up to the market time", async () => {
    const { schwab, requests } = await setup(() => json({ candles: [] }));
    const from = new Date("2026-03-02T14:30:00Z");
    await schwab.candles({ symbol: "BRK.B", from, to: new Date("2026-03-02T21:00:00Z"), marketTime });
    expect(requests[0]?.path).toBe("/marketdata/v1/pricehistory");
    expect(Object.fromEntries(requests[0]?.query ?? [])).toEqual({
      symbol: "BRK/B",
      periodType: "day",
      frequencyType: "minute",
      frequency: "5",
      startDate: "1772461800000",
      endDate: "1772465400000",
      needExtendedHoursData: "false",
      needPreviousClose: "false",
    });
  });

  it("asks for the quotes of many symbols a hundred at a time, the index by Schwab's name", async () => {
    const { schwab, requests } = await setup((_, { query }) =>
      json(
        Object.fromEntries(
          (query.get("symbols") ?? "")
            .split(",")
            .map((symbol) => [symbol, { symbol, quote: { lastPrice: 10, tradeTime: 1_772_463_600_000 } }]),
        ),
      ),
    );
    const symbols = ["^GSPC", "BRK.B", ...Array.from({ length: 148 }, (_, index) => `S${index}`)];
    const quotes = await schwab.quotes({ symbols, marketTime });
    expect([...quotes.keys()].sort()).toEqual([...symbols].sort());
    expect(quotes.get("^GSPC")).toEqual({
      symbol: "^GSPC",
      last: 10,
      bid: null,
      ask: null,
      at: new Date("2026-03-02T15:00:00Z"),
      isHalted: false,
    });
    expect(requests.map(({ query }) => query.get("symbols")?.split(",").length).sort()).toEqual([100, 50]);
    expect(requests[0]?.query.get("symbols")).toMatch(/^\$SPX,BRK\/B,S0,/);
  });

  it("asks for nothing where nothing is wanted", async () => {
    const { schwab, requests } = await setup(() => gmeQuote);
    expect((await schwab.quotes({ symbols: [], marketTime })).size).toBe(0);
    expect(requests).toEqual([]);
  });

  it("tells only a stand-in the market time", async () => {
    const local = await setup(() => gmeQuote);
    await local.schwab.quotes({ symbols: ["GME"], marketTime });
    expect(local.requests[0]?.headers["x-market-time"]).toBe("2026-03-02T15:30:00.000Z");
    const real = await setup(() => gmeQuote, { standIn: false });
    await real.schwab.quotes({ symbols: ["GME"], marketTime });
    expect(real.requests[0]?.headers["x-market-time"]).toBeUndefined();
  });

  it("drops candles outside the regular session, unfinished ones and those not asked for", async () => {
    const at = (time: string) => ({ open: 1, high: 2, low: 1, close: 2, volume: 1, datetime: Date.parse(time) });
    const candles = [
      at("2026-03-02T14:25:00Z"),
      at("2026-03-02T14:30:00Z"),
      at("2026-03-02T15:20:00Z"),
      at("2026-03-02T15:25:00Z"),
      // Not over at 15:30.
      at("2026-03-02T15:30:00Z"),
      at("2026-02-27T20:55:00Z"),
      at("2026-02-27T21:00:00Z"),
      at("2026-02-28T15:00:00Z"),
    ];
    const { schwab } = await setup(() => json({ symbol: "GME", empty: false, candles }));
    const from = new Date("2026-02-27T14:30:00Z");
    const found = await schwab.candles({ symbol: "GME", from, to: marketTime, marketTime });
    expect(found.map(({ timestamp }) => timestamp.toISOString())).toEqual([
      "2026-02-27T20:55:00.000Z",
      "2026-03-02T14:30:00.000Z",
      "2026-03-02T15:20:00.000Z",
      "2026-03-02T15:25:00.000Z",
    ]);
  });

  it("reads an answer with a bare NaN", async () => {
    const contract = '{"symbol":"GME   260320C00045000","strikePrice":45,"mark":2,"delta":NaN,"gamma": -Infinity}';
    const body = `{"underlyingPrice":40,"callExpDateMap":{"2026-03-20:18":{"45.0":[${contract}]}},"putExpDateMap":{}}`;
    const { schwab } = await setup(() => ({ status: 200, body }));
    const request = { symbol: "GME", fromDate: "2026-03-16", toDate: "2026-03-23", marketTime };
    expect((await schwab.chain(request)).contracts).toMatchObject([{ strike: 45, mark: 2, delta: null }]);
  });

  it("takes an answer of another kind for none", async () => {
    const { schwab } = await setup(() => json({ screeners: [] }));
    const request = { symbol: "GME", fromDate: "2026-03-16", toDate: "2026-03-23", marketTime };
    await expect(schwab.chain(request)).rejects.toMatchObject({ name: "BrokerUnavailable" });
    await expect(schwab.candles({ symbol: "GME", from: marketTime, to: marketTime, marketTime })).rejects.toMatchObject(
      {
        name: "BrokerUnavailable",
      },
    );
    await expect(schwab.marketHours({ day: "2026-03-02", marketTime })).rejects.toMatchObject({
      name: "BrokerUnavailable",
    });
  });
});
