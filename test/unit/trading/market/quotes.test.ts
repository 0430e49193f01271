import { describe, expect, it } from "vitest";
import type { OptionQuote, Quote } from "../../../../lib/providers/market/market.ts";
import { AppError } from "../../../../lib/runtime/errors.ts";
import { inTime, livePremiums, liveShares } from "../../../../lib/trading/market/quotes.ts";
import type { TradingServices } from "../../../../lib/trading/services.ts";
import { recordedLog } from "../../../support/recorded-log.ts";

const marketTime = new Date("2026-03-02T15:30:00Z");
type Broker = Awaited<ReturnType<TradingServices["broker"]>>;

/** Services whose broker answers as it is told. */
function servicesOf(broker: Partial<Broker>) {
  const log = recordedLog();
  return { log, broker: async () => broker as Broker };
}
const premium = (symbol: string, more: Partial<OptionQuote>): [string, OptionQuote] => [
  symbol,
  {
    symbol,
    bid: null,
    ask: null,
    mark: null,
    delta: null,
    last: null,
    at: null,
    isHalted: false,
    synthetic: false,
    ...more,
  },
];

describe("a premium", () => {
  it.each([
    { what: "is the mark", quote: { mark: 2.5, bid: 2.4, ask: 2.6 }, price: 2.5 },
    { what: "is the middle of bid and ask without a mark", quote: { bid: 2.4, ask: 2.5 }, price: 2.45 },
    { what: "is nothing where somebody sells and nobody buys", quote: { mark: 0, bid: 0, ask: 0.01 }, price: 0 },
    { what: "is unknown where nobody quotes", quote: { mark: 0, bid: 0, ask: null }, price: undefined },
    { what: "is unknown without any figure", quote: {}, price: undefined },
  ])("$what", async ({ quote, price }) => {
    const services = servicesOf({ optionQuotes: async () => new Map([premium("C", quote)]) });
    expect((await livePremiums(services, ["C"], marketTime)).get("C")?.price).toBe(price);
  });
});

describe("what the broker fails to say of some", () => {
  it("leaves the others, and is logged", async () => {
    const names = Array.from({ length: 150 }, (_, index) => `T${String(index).padStart(3, "0")}`);
    const asked: number[] = [];
    const services = servicesOf({
      quotes: async ({ symbols }) => {
        asked.push(symbols.length);
        if (symbols.includes("T149")) throw new AppError("BrokerUnavailable", "PRICE_UNAVAILABLE", "It is down.");
        const quote = { last: 7, bid: 6, ask: 8, at: marketTime, isHalted: false };
        return new Map(symbols.map((symbol): [string, Quote] => [symbol, { symbol, ...quote }]));
      },
    });
    const prices = await liveShares(services, [...names, ...names], marketTime);
    expect(asked).toEqual([100, 50]);
    expect(prices.size).toBe(100);
    expect(prices.get("T000")).toEqual({
      price: 7,
      offered: { bid: 6, ask: 8 },
      tradedAt: "2026-03-02T15:30:00.000Z",
    });
    expect(services.log.lines).toEqual([
      {
        level: "warn",
        message: "the broker gave no price",
        fields: { asked: 50, first: "T100", code: "PRICE_UNAVAILABLE", problem: "It is down." },
      },
    ]);
  });

  it("is an error in the log where only a login helps", async () => {
    const services = servicesOf({
      quotes: async () => {
        throw new AppError("BrokerRefused", "SCHWAB_AUTH_ERROR", "Log in again.");
      },
    });
    expect(await liveShares(services, ["GME"], marketTime)).toEqual(new Map());
    expect(services.log.lines.map(({ level }) => level)).toEqual(["error"]);
  });

  it("goes up where it is no failure of the broker", async () => {
    const services = servicesOf({
      quotes: async () => {
        throw new TypeError("a bug");
      },
    });
    await expect(liveShares(services, ["GME"], marketTime)).rejects.toThrow("a bug");
  });

  it("is not asked for where there is nothing to ask", async () => {
    expect(await liveShares(servicesOf({}), [], marketTime)).toEqual(new Map());
  });
});

describe("somebody who waits", () => {
  it("gets the answer, or the error, or nothing when it takes too long", async () => {
    expect(await inTime(Promise.resolve(7))).toBe(7);
    await expect(inTime(Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await inTime(new Promise(() => undefined), 1)).toBeUndefined();
  });
});
