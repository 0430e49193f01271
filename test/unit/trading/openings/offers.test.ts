import { describe, expect, it } from "vitest";
import type { Broker } from "../../../../lib/providers/market/market.ts";
import { AppError } from "../../../../lib/runtime/errors.ts";
import { isMarketOpen } from "../../../../lib/trading/market/hours.ts";
import { askOffers } from "../../../../lib/trading/openings/offers.ts";
import { inPortfolios } from "../../../../lib/trading/openings/signal-in-portfolio.ts";
import type { TradingServices } from "../../../../lib/trading/services.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { signalOf } from "../../../support/seeds.ts";
import { settings } from "../../../support/trading.ts";
import { optionOf, stockOf } from "../../../support/trading-seeds.ts";

const marketTime = new Date("2026-03-02T15:30:00Z");
const [stock, option] = inPortfolios(signalOf({ ticker: "GME" })) as [SignalInPortfolio, SignalInPortfolio];
type SignalInPortfolio = ReturnType<typeof inPortfolios>[number];

/** A broker that knows nothing but what it is told. */
const knowing = (answers: Partial<Broker> = {}): Broker => ({
  quotes: async () => new Map(),
  unknownSymbols: async () => new Set(),
  candles: async () => [],
  chain: async ({ symbol }) => ({ symbol, underlyingPrice: null, contracts: [] }),
  optionQuotes: async () => new Map(),
  marketHours: async ({ day }) => ({ day, isTradingDay: false, opensAt: null, closesAt: null }),
  ...answers,
});
const failing = (error: Error) => {
  const fail = async () => {
    throw error;
  };
  return { quotes: fail, unknownSymbols: fail, candles: fail, chain: fail, optionQuotes: fail, marketHours: fail };
};
const contextOf = (broker: Broker) => {
  const log = recordedLog();
  return {
    services: { broker: async () => broker as Awaited<ReturnType<TradingServices["broker"]>> },
    marketTime,
    log,
  };
};
const offersOf = (broker: Broker) => askOffers(contextOf(broker), [stock, option], settings);

describe("a broker that fails", () => {
  const down = new AppError("BrokerUnavailable", "PRICE_UNAVAILABLE", "It is down.", { retryable: true });
  const locked = new AppError("BrokerRefused", "SCHWAB_AUTH_ERROR", "Log in again.");

  it.each([
    { failure: down, level: "warn" },
    { failure: locked, level: "error" },
  ])("offers nothing, and the log says why: $failure.message", async ({ failure, level }) => {
    const context = contextOf(failing(failure));
    const offers = await askOffers(context, [stock, option], settings);
    expect(await offers.ofSignal(stock)).toEqual({ skip_reason: "price_unavailable" });
    expect(await offers.ofSignal(option)).toEqual({ skip_reason: "price_unavailable" });
    expect(await offers.ofPosition(stockOf({ ticker: "AMC" }))).toBeUndefined();
    expect(await offers.ofPosition(optionOf())).toBeUndefined();
    expect(context.log.lines.map((line) => [line.level, line.message, line.fields.problem])).toEqual(
      Array(4).fill([level, "the broker gave no price", failure.message]),
    );
  });

  it("leaves it to the calendar whether the market is open", async () => {
    const { services, log } = contextOf(failing(down));
    expect(await isMarketOpen(services, marketTime, log)).toBe(true);
    expect(await isMarketOpen(services, new Date("2026-04-03T14:30:00Z"), log)).toBe(false);
    // Half past two on the day after Thanksgiving, which ended at one.
    expect(await isMarketOpen(services, new Date("2020-11-27T19:30:00Z"), log)).toBe(false);
    expect(await isMarketOpen(services, new Date("2020-11-27T17:30:00Z"), log)).toBe(true);
  });
});

describe("a fault of the program", () => {
  const bug = new TypeError("a bug");

  it("is none of the broker's: it does not pass for a missing price", async () => {
    await expect(offersOf(failing(bug))).rejects.toThrow("a bug");
    const options = await offersOf({ ...failing(bug), quotes: knowing().quotes });
    await expect(options.ofSignal(option)).rejects.toThrow("a bug");
    await expect(options.ofPosition(optionOf())).rejects.toThrow("a bug");
    const asked: string[][] = [];
    const stocks = await offersOf({
      ...failing(bug),
      quotes: async ({ symbols }) => {
        asked.push([...symbols]);
        if (symbols.includes("AMC")) throw bug;
        return new Map();
      },
    });
    await expect(stocks.ofPosition(stockOf({ ticker: "AMC" }))).rejects.toThrow("a bug");
    expect(asked).toEqual([["GME"], ["AMC"]]);
  });

  it("does not pass for a broker that does not say whether the market is open", async () => {
    const { services, log } = contextOf(failing(bug));
    await expect(isMarketOpen(services, marketTime, log)).rejects.toThrow("a bug");
    expect(log.lines).toEqual([]);
  });
});

describe("what a position can be sold at", () => {
  const quoteOf = (symbol: string, mark: number) => ({
    ...{ symbol, bid: 0, ask: 0.01, mark, delta: null, last: null, at: marketTime, isHalted: false, synthetic: false },
  });

  it("is asked for once", async () => {
    let asked = 0;
    const optionQuotes: Broker["optionQuotes"] = async ({ contracts: [symbol = ""] }) => {
      asked++;
      return new Map([[symbol, quoteOf(symbol, 0.005)]]);
    };
    const offers = await offersOf(knowing({ optionQuotes }));
    const price = { price: 0.005, offered: { bid: 0, ask: 0.01 }, tradedAt: "2026-03-02T15:30:00.000Z" };
    expect(await offers.ofPosition(optionOf())).toEqual(price);
    expect(await offers.ofPosition(optionOf())).toEqual(price);
    expect(asked).toBe(1);
  });

  it("is nothing where it is worth nothing: nobody buys it", async () => {
    const optionQuotes: Broker["optionQuotes"] = async ({ contracts: [symbol = ""] }) =>
      new Map([[symbol, quoteOf(symbol, 0)]]);
    expect(await (await offersOf(knowing({ optionQuotes }))).ofPosition(optionOf())).toBeNull();
  });
});
