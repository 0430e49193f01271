import { describe, expect, it } from "vitest";
import type { Signal } from "../../lib/analysis/signals/signal.ts";
import { signalOutcomeSchema } from "../../lib/trading/openings/signal-outcome.ts";
import type { MarketHistory } from "../../localstack/standins/market/history.ts";
import { untraded } from "../support/market.ts";
import { heldStock, heldTickers, useOpenings } from "../support/openings.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useOpenings("skips");
const { begin, run, moveTo, portfolio, positions, inPortfolio, drain, failBroker } = desk;
const fill = (changes: Parameters<typeof heldStock>[1]) =>
  seedPositions(
    desk.services,
    heldTickers.map((ticker) => heldStock(ticker, changes)),
  );
const emptyChain = { symbol: "GME", status: "FAILED", underlyingPrice: 142.5, callExpDateMap: {}, putExpDateMap: {} };
/** What the broker says of a day's session. */
const hoursOf = (day: string, end?: string) => ({
  equity: {
    EQ: {
      date: day,
      isOpen: end !== undefined,
      sessionHours: { regularMarket: end ? [{ start: `${day}T09:30:00-05:00`, end: `${day}T${end}-05:00` }] : [] },
    },
  },
});
const isHours = (path: string) => path === "/equity";
/** Nobody has traded it since Friday, the last session before. */
function stopTrading(ticker: string): void {
  desk.stage.scene.market = untraded(desk.stage.scene.market as MarketHistory, ticker, "2026-03-02");
}
/** Its last trade is a minute old, and its options are quoted. */
function halt(ticker: string): void {
  const quote = { lastPrice: 142.5, tradeTime: Date.parse("2026-03-02T15:29:00Z"), securityStatus: "Halted" };
  failBroker((path) => path === "/quotes", 200, { [ticker]: { symbol: ticker, quote } });
}
const isChain = (path: string) => path === "/chains";

describe("every reason to skip is stored, and shown with the signal", () => {
  const stock = "stocks_quality";
  const option = "options_quality";
  const cases: { reason: string; in: string; signal?: Partial<Signal>; arrange: () => unknown }[] = [
    { reason: "bearish_long_only", in: stock, signal: { prediction: "bearish" }, arrange: () => undefined },
    { reason: "portfolio_full", in: stock, arrange: () => fill({ confidence: 0.7 }) },
    { reason: "safeguard_blocked", in: stock, arrange: () => fill({ entry_price: 95 }) },
    { reason: "no_valid_strike", in: option, arrange: () => failBroker(isChain, 200, emptyChain) },
    { reason: "insufficient_cash", in: stock, arrange: () => drain(stock, 499_999) },
    { reason: "price_unavailable", in: option, arrange: () => failBroker(isChain) },
    { reason: "price_unavailable", in: stock, arrange: () => stopTrading("GME") },
    { reason: "price_unavailable", in: option, arrange: () => stopTrading("GME") },
    { reason: "price_unavailable", in: stock, arrange: () => halt("GME") },
    { reason: "price_unavailable", in: option, arrange: () => halt("GME") },
    // A twentieth of the value is 142.49.
    { reason: "size_too_small", in: stock, arrange: () => drain(stock, 284_980, { current_value_cents: 284_980 }) },
    { reason: "market_closed", in: stock, arrange: () => moveTo("2026-03-02T21:00:00Z") },
  ];

  it.each(cases)("$reason", async ({ reason, in: portfolioId, signal = {}, arrange }) => {
    await begin([signal]);
    await arrange();
    const { id, market_time } = await run();
    expect(await inPortfolio(portfolioId)).toEqual({
      position_opened: false,
      position_summary: null,
      skip_reason: reason,
    });
    const { store } = desk.services;
    const outcomeKey = store.keys.signalOutcome("2026-03-02.GME.quality", portfolioId);
    expect(await store.get(outcomeKey, signalOutcomeSchema)).toEqual({
      signal_id: "2026-03-02.GME.quality",
      portfolio_id: portfolioId,
      outcome: "skipped",
      skip_reason: reason,
      position_id: null,
      run_id: id,
      evaluated_at: market_time,
    });
    expect(await positions({ portfolio_id: portfolioId, ticker: "GME" })).toEqual([]);
  });
});

describe("signals whose tickers have no price", () => {
  it("are named among the warnings, and counted once for both their portfolios", async () => {
    await begin([{}, { ticker: "AMC", confidence: 0.6 }]);
    halt("GME");
    const { warnings } = await run();
    expect(warnings?.filter(({ type }) => type === "price_unavailable")).toEqual([
      {
        type: "price_unavailable",
        message:
          "Prices were missing; qualified signals that opened nothing for that reason in one or both of their " +
          "portfolios: 2 (AMC, GME).",
        ticker: null,
        phase: 5,
        timestamp: "2026-03-02T15:30:00.000Z",
        context: { signals_affected: 2, tickers: ["AMC", "GME"] },
      },
    ]);
  });
});

describe("a signal about a cryptocurrency", () => {
  it("opens nothing, whatever is listed under its symbol, and is counted", async () => {
    await begin([{ ticker: "LTC" }, { ticker: "ETH", prediction: "bearish" }, { ticker: "BTC", confidence: 0.4 }, {}]);
    const { positions_opened, warnings } = await run();
    expect(positions_opened).toBe(2);
    expect(warnings).toEqual([
      {
        type: "cryptocurrency_not_traded",
        message: "Cryptocurrencies are not traded; qualified signals about them: 2 (ETH, LTC).",
        ticker: null,
        phase: 5,
        timestamp: "2026-03-02T15:30:00.000Z",
        context: { signals_affected: 2, tickers: ["ETH", "LTC"] },
      },
    ]);
    for (const ticker of ["LTC", "ETH"]) {
      expect((await inPortfolio("stocks_quality", ticker)).skip_reason).toBe("cryptocurrency");
      expect((await inPortfolio("options_quality", ticker)).skip_reason).toBe("cryptocurrency");
    }
  });
});

describe("a portfolio without enough cash", () => {
  it("is warned of, with what was needed and what there was, once for each signal", async () => {
    await begin([{}, { ticker: "AMC", confidence: 0.6 }]);
    await drain("stocks_quality", 374_999);
    const { positions_opened, warnings } = await run();
    expect(positions_opened).toBe(2);
    expect(warnings).toEqual([
      {
        type: "insufficient_cash",
        message: "stocks_quality has $3749.99 and needs $3750.00 for AMC.",
        ticker: "AMC",
        phase: 5,
        timestamp: "2026-03-02T15:30:00.000Z",
        context: { portfolio: "stocks_quality", needed: 3750, available: 3749.99 },
      },
      expect.objectContaining({
        ticker: "GME",
        context: { portfolio: "stocks_quality", needed: 5000, available: 3749.99 },
      }),
    ]);
    expect((await portfolio("stocks_quality")).cash_available_cents).toBe(374_999);
  });

  it("trades with exactly the cash that is needed", async () => {
    await begin([{}]);
    await drain("stocks_quality", 500_000);
    expect(await run()).toMatchObject({ positions_opened: 2, warnings: null });
    // 35 shares of 142.50.
    expect((await portfolio("stocks_quality")).cash_available_cents).toBe(1_250);
  });

  it("is the reason also where the broker has no price", async () => {
    await begin([{}]);
    await drain("options_quality", 100_000);
    failBroker(isChain);
    expect((await run()).warnings).toMatchObject([
      { context: { portfolio: "options_quality", needed: 2000, available: 1000 } },
    ]);
    expect((await inPortfolio("options_quality")).skip_reason).toBe("insufficient_cash");
  });
});

describe("a closed market", () => {
  it.each([
    ["at 16:00:00", "2026-03-02T21:00:00Z"],
    ["a second before 09:30", "2026-03-02T14:29:59Z"],
    ["on Good Friday", "2026-04-03T14:30:00Z"],
    ["on a Saturday", "2026-03-07T15:30:00Z"],
    ["at 16:00:00 of daylight saving time", "2026-07-01T20:00:00Z"],
  ])("%s opens nothing, says why, and warns of the signals", async (_, marketTime) => {
    const signal_date = marketTime.slice(0, 10);
    const seeds = [{}, { ticker: "AMC", prediction: "bearish" as const }, { ticker: "NVDA", confidence: 0.4 }];
    await begin(
      seeds.map((seed) => ({ signal_date, ...seed })),
      { settings: { MARKET_CLOCK: marketTime } },
    );
    const { positions_opened, warnings } = await run();
    expect(positions_opened).toBe(0);
    expect(warnings).toEqual([
      {
        type: "market_hours_skipped",
        message: "The market is closed; qualified signals that opened nothing: 2.",
        ticker: null,
        phase: 5,
        timestamp: "2026-03-02T15:30:00.000Z",
        context: { signals_affected: 2 },
      },
    ]);
    for (const [ticker, stock, option] of [
      ["GME", "market_closed", "market_closed"],
      ["AMC", "bearish_long_only", "market_closed"],
      ["NVDA", null, null],
    ] as const) {
      expect((await inPortfolio("stocks_quality", ticker)).skip_reason).toBe(stock);
      expect((await inPortfolio("options_quality", ticker)).skip_reason).toBe(option);
    }
  });

  it.each([
    ["at 09:30:00", "2026-03-02T14:30:00Z"],
    ["a second before 16:00", "2026-03-02T20:59:59Z"],
    ["at 09:30:00 of daylight saving time", "2026-07-01T13:30:00Z"],
  ])("is none %s", async (_, marketTime) => {
    await begin([{ signal_date: marketTime.slice(0, 10) }], { settings: { MARKET_CLOCK: marketTime } });
    expect(await run()).toMatchObject({ positions_opened: 2, warnings: null });
  });

  it("is no reason to warn where nothing qualifies, or all is open already", async () => {
    await begin([{ confidence: 0.49 }], { settings: { MARKET_CLOCK: "2026-03-02T21:00:00Z" } });
    expect(await run()).toMatchObject({ positions_opened: 0, warnings: null });
    await begin([{}, { ticker: "AMC", prediction: "bearish" }]);
    expect(await run()).toMatchObject({ positions_opened: 3 });
    moveTo("2026-03-02T21:00:00Z");
    expect(await run()).toMatchObject({ positions_opened: 0, warnings: null });
    expect((await inPortfolio("stocks_quality", "AMC")).skip_reason).toBe("bearish_long_only");
  });

  it("is followed by a run in market hours that opens what was skipped", async () => {
    await begin([{}], { settings: { MARKET_CLOCK: "2026-03-02T14:00:00Z" } });
    expect(await run()).toMatchObject({ positions_opened: 0 });
    moveTo("2026-03-02T15:30:00Z");
    expect(await run()).toMatchObject({ positions_opened: 2, warnings: null });
  });

  it.each([
    { says: "that it ends at 13:00", end: "13:00:00", at: "2026-03-02T18:00:00Z", opened: 0 },
    { says: "that it ends at 13:00", end: "13:00:00", at: "2026-03-02T17:59:59Z", opened: 2 },
    { says: "that there is no session", end: undefined, at: "2026-03-02T15:30:00Z", opened: 0 },
  ])("is known from the broker, who says $says", async ({ end, at, opened }) => {
    await begin([{}], { settings: { MARKET_CLOCK: at } });
    failBroker(isHours, 200, hoursOf("2026-03-02", end));
    expect(await run()).toMatchObject({ positions_opened: opened });
  });

  it.each([
    ["2026-03-02T15:30:00Z", 2],
    ["2026-03-02T21:00:00Z", 0],
    ["2026-03-07T15:30:00Z", 0],
    ["2026-04-03T14:30:00Z", 0],
  ])("is known from the calendar where the broker does not answer: %s", async (marketTime, opened) => {
    await begin([{ signal_date: marketTime.slice(0, 10) }], { settings: { MARKET_CLOCK: marketTime } });
    failBroker(isHours);
    expect(await run()).toMatchObject({ positions_opened: opened });
  });
});
