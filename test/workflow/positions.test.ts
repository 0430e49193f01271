import { describe, expect, it } from "vitest";
import { signalSchema } from "../../lib/analysis/signals/signal.ts";
import { useServices } from "../../lib/services.ts";
import { positionSchema } from "../../lib/trading/positions/record.ts";
import { savePortfolio, savePosition } from "../../lib/trading/positions/stored.ts";
import { call } from "../support/cloud.ts";
import { heldStock, heldTickers, useOpenings } from "../support/openings.ts";
import { changePortfolio, seedPositions } from "../support/trading-seeds.ts";

const desk = useOpenings("positions");
const { begin, run, portfolio, positions, inPortfolio, configure, drain, failBroker } = desk;

describe("the size of a position", () => {
  it.each([
    { confidence: 0.5, shares: 17, size: 2422.5, target: 2500, cashCents: 9_757_750 },
    { confidence: 0.6, shares: 26, size: 3705, target: 3750, cashCents: 9_629_500 },
    { confidence: 0.75, shares: 35, size: 4987.5, target: 5000, cashCents: 9_501_250 },
  ])("at 142.50 and a confidence of $confidence is $shares shares", async (expected) => {
    const { confidence, shares, size, cashCents, target } = expected;
    await begin([{ confidence }]);
    expect(await run()).toMatchObject({ positions_opened: 2, warnings: null });
    const [stock] = await positions({ instrument_type: "stock" });
    expect(stock).toMatchObject({
      id: "2026-03-02.GME.quality.stocks_quality",
      signal_id: "2026-03-02.GME.quality",
      direction: "long",
      status: "open",
      confidence,
      entry_date: "2026-03-02",
      entry_price: 142.5,
      shares,
      shares_remaining: shares,
      position_size: size,
      stop_loss_price: 128.25,
      take_profit_price: 163.875,
      peak_price: 142.5,
      time_extension: "base",
      trailing_stop_active: false,
    });
    const { store } = desk.services;
    expect(await store.get(store.keys.position(stock.id), positionSchema)).toMatchObject({
      target_allocation_cents: target * 100,
      opened_at: "2026-03-02T15:30:00.000Z",
      // Bought at the ask of 142.51 and 0.05 % above it.
      entry_fill: { bid: 142.49, ask: 142.51, net_price: 142.5813, commission_cents: 0 },
    });
    expect(await portfolio("stocks_quality")).toMatchObject({
      cash_available_cents: cashCents,
      current_value_cents: 10_000_000,
      open_position_ids: ["2026-03-02.GME.quality.stocks_quality"],
    });
  });

  it("is a share of what the portfolio is worth after its costs", async () => {
    const services = await begin([{ confidence: 0.8 }]);
    await changePortfolio(services, "stocks_quality", { trading_costs_cents: 1_000_000 });
    await run();
    // Of 90,000 dollars 4,500, which are 31 shares.
    const [stock] = await positions({ instrument_type: "stock" });
    expect(stock).toMatchObject({ shares: 31, position_size: 4_417.5 });
  });

  it("of an option at 3.50 is five contracts for 1,750 dollars, whatever the confidence", async () => {
    await begin([{ ticker: "NVDA", confidence: 0.5 }]);
    await run();
    const [call] = await positions({ instrument_type: "option" });
    expect(call).toMatchObject({
      direction: "call",
      option_type: "call",
      contract_symbol: "NVDA  260320C00445450",
      strike_price: 445.45,
      expiration_date: "2026-03-20",
      dte: 18,
      entry_price: 3.5,
      contracts: 5,
      contracts_remaining: 5,
      position_size: 1750,
      premium_paid: 1750,
      peak_premium: 3.5,
      underlying_price_at_entry: 433.5,
    });
    expect(await portfolio("options_quality")).toMatchObject({
      cash_available_cents: 9_825_000,
      current_value_cents: 10_000_000,
    });
  });
});

describe("signals in their portfolios", () => {
  it("of both types on one ticker open four positions, in opposite directions too", async () => {
    await begin([{}, { signal_type: "consensus" }]);
    expect(await run()).toMatchObject({ positions_opened: 4 });
    expect((await positions()).map(({ id }: { id: string }) => id)).toEqual([
      "2026-03-02.GME.consensus.options_consensus",
      "2026-03-02.GME.consensus.stocks_consensus",
      "2026-03-02.GME.quality.options_quality",
      "2026-03-02.GME.quality.stocks_quality",
    ]);
    await begin([{}, { signal_type: "consensus", prediction: "bearish" }]);
    expect(await run()).toMatchObject({ positions_opened: 3 });
    const options = await positions({ instrument_type: "option" });
    expect(options.map(({ direction }: { direction: string }) => direction)).toEqual(["put", "call"]);
  });

  it.each(["true", "false"])("that are bearish buy a put only, with stocks_long_only=%s", async (value) => {
    await begin([{ prediction: "bearish" }]);
    await configure({ stocks_long_only: value });
    expect(await run()).toMatchObject({ positions_opened: 1, warnings: null });
    expect(await positions()).toMatchObject([
      { id: "2026-03-02.GME.quality.options_quality", direction: "put", strike_price: 139.56, contracts: 16 },
    ]);
    expect(await inPortfolio("stocks_quality")).toEqual({
      position_opened: false,
      position_summary: null,
      skip_reason: "bearish_long_only",
    });
  });

  it("are decided by confidence, then ticker, and only from the threshold on", async () => {
    const signals = ["NVDA", "GME", "AMC"].map((ticker) => ({ ticker, confidence: ticker === "NVDA" ? 0.9 : 0.6 }));
    await begin([...signals, { ticker: "KA", confidence: 0.4999 }]);
    await configure({ max_open_positions: "2" });
    expect(await run()).toMatchObject({ positions_opened: 4 });
    expect((await portfolio("stocks_quality")).open_position_ids).toEqual([
      "2026-03-02.NVDA.quality.stocks_quality",
      "2026-03-02.AMC.quality.stocks_quality",
    ]);
    expect((await inPortfolio("stocks_quality", "GME")).skip_reason).toBe("portfolio_full");
    expect(await inPortfolio("stocks_quality", "KA")).toEqual({
      position_opened: false,
      position_summary: null,
      skip_reason: null,
    });
  });

  it("of another day open nothing", async () => {
    await begin([{ signal_date: "2026-03-01" }]);
    expect(await run()).toMatchObject({ positions_opened: 0, warnings: null });
    expect(await positions()).toEqual([]);
  });

  it("mark their signal, and show what they came to", async () => {
    const { store } = await begin([{}]);
    expect(await inPortfolio("options_quality")).toMatchObject({ position_opened: false, skip_reason: null });
    await run();
    const signal = await store.get(store.keys.signal("2026-03-02.GME.quality"), signalSchema);
    expect(signal?.position_opened).toBe(true);
    expect(await inPortfolio("options_quality")).toEqual({
      position_opened: true,
      position_summary: {
        position_id: "2026-03-02.GME.quality.options_quality",
        status: "open",
        entry_date: "2026-03-02",
        entry_price: 1.1,
        unrealized_return_pct: 0,
        realized_return_pct: null,
        hold_days: null,
      },
      skip_reason: null,
    });
    expect((await call("api/list-positions", { query: { status: "open" } })).body.meta.total).toBe(2);
  });
});

describe("the four portfolios", () => {
  const untouched = { cash_available_cents: 10_000_000, current_value_cents: 10_000_000, open_position_ids: [] };
  const quality = ["stocks_quality", "options_quality"];
  const consensus = ["stocks_consensus", "options_consensus"];

  it.each([
    { signal_type: "quality" as const, traded: quality, others: consensus },
    { signal_type: "consensus" as const, traded: consensus, others: quality },
  ])("of the other type stay as they are after a $signal_type signal", async ({ signal_type, traded, others }) => {
    await begin([{ signal_type }]);
    await run();
    for (const id of traded) expect((await portfolio(id)).open_position_ids).toHaveLength(1);
    for (const id of others) expect(await portfolio(id)).toMatchObject(untouched);
  });

  it("do not wait for one that has no cash", async () => {
    await begin([{}, { signal_type: "consensus" }]);
    await drain("stocks_quality", 0);
    expect(await run()).toMatchObject({ positions_opened: 3 });
    expect(await portfolio("stocks_quality")).toMatchObject({ cash_available_cents: 0, open_position_ids: [] });
    expect(await portfolio("stocks_consensus")).toMatchObject({ cash_available_cents: 9_501_250 });
  });

  it("do not wait for one that is full", async () => {
    await begin([{}, { signal_type: "consensus" }]);
    await seedPositions(
      desk.services,
      heldTickers.map((ticker) => heldStock(ticker, { confidence: 0.9 })),
    );
    const full = await portfolio("stocks_quality");
    expect(await run()).toMatchObject({ positions_opened: 3 });
    expect(await portfolio("stocks_quality")).toMatchObject({
      cash_available_cents: 6_300_000,
      open_position_ids: full.open_position_ids,
    });
  });

  it("do not wait for prices that another one needs: a stock without an option chain", async () => {
    await begin([{}]);
    failBroker((path) => path === "/chains");
    expect(await run()).toMatchObject({ positions_opened: 1, warnings: [{ type: "price_unavailable" }] });
    expect((await inPortfolio("stocks_quality")).position_opened).toBe(true);
    expect((await inPortfolio("options_quality")).skip_reason).toBe("price_unavailable");
  });

  it("do not wait for prices that another one needs: an option without a stock quote", async () => {
    await begin([{}]);
    failBroker((path) => path === "/quotes");
    // Monitoring asks for quotes too, and says what it misses.
    expect(await run()).toMatchObject({ positions_opened: 1 });
    expect((await inPortfolio("stocks_quality")).skip_reason).toBe("price_unavailable");
    expect((await inPortfolio("options_quality")).position_opened).toBe(true);
  });
});

describe("a ticker that the broker fails on", () => {
  it("keeps no other from being traded", async () => {
    await begin(["GME", "AMC", "NVDA"].map((ticker) => ({ ticker })));
    failBroker((path, query) => path === "/chains" && query.get("symbol") === "AMC");
    expect(await run()).toMatchObject({ positions_opened: 5 });
    expect((await inPortfolio("options_quality", "AMC")).skip_reason).toBe("price_unavailable");
  });

  it("and one that it does not know are never traded at a price of zero", async () => {
    await begin([{ ticker: "ZZZZ" }, { ticker: "GME" }]);
    expect(await run()).toMatchObject({ positions_opened: 2 });
    expect((await inPortfolio("stocks_quality", "ZZZZ")).skip_reason).toBe("price_unavailable");
    expect((await inPortfolio("options_quality", "ZZZZ")).skip_reason).toBe("no_valid_strike");
  });

  it("is asked once for its chain, and all stocks with one call", async () => {
    await begin(["GME", "AMC"].flatMap((ticker) => [{ ticker }, { ticker, signal_type: "consensus" as const }]));
    const asked: string[] = [];
    desk.stage.scene.schwabFaults = ({ path, query }) => {
      if (/chains|quotes/.test(path)) asked.push(query.get("symbol") ?? query.get("symbols") ?? "");
      return undefined;
    };
    expect(await run()).toMatchObject({ positions_opened: 8 });
    expect(asked.slice(0, 3).toSorted()).toEqual(["AMC", "AMC,GME", "GME"]);
  });
});

describe("the broker", () => {
  it("is asked for at most five chains at once", async () => {
    const services = await begin(heldTickers.slice(0, 7).map((ticker) => ({ ticker })));
    const broker = await services.broker();
    const asked = { now: 0, most: 0, symbols: [] as string[] };
    const chain: typeof broker.chain = async (request) => {
      asked.symbols.push(request.symbol);
      asked.most = Math.max(asked.most, ++asked.now);
      return broker.chain(request).finally(() => asked.now--);
    };
    useServices({ ...services, broker: async () => ({ ...broker, chain }) });
    expect(await run()).toMatchObject({ positions_opened: 14 });
    expect(asked.symbols.toSorted()).toEqual(heldTickers.slice(0, 7));
    expect(asked.most).toBe(5);
  });

  it("that somebody has to log in to again costs everything its price, and the log says what to do", async () => {
    await begin([{}]);
    failBroker((path) => path !== "/authorize", 401);
    expect(await run()).toMatchObject({ status: "completed", positions_opened: 0 });
    expect((await inPortfolio("stocks_quality")).skip_reason).toBe("price_unavailable");
    expect((await inPortfolio("options_quality")).skip_reason).toBe("price_unavailable");
    const errors = desk.stage.cloud.log.lines.filter(({ message }) => message === "the broker gave no price");
    // The last one is of the index, which stands beside the portfolios' values.
    expect(errors.at(-2)).toMatchObject({
      level: "error",
      fields: { symbol: "GME", problem: expect.stringContaining("/auth/schwab/login") },
    });
  });
});

describe("a later run of the day", () => {
  it("opens nothing twice", async () => {
    await begin([{}, { signal_type: "consensus" }]);
    expect(await run()).toMatchObject({ positions_opened: 4 });
    const before = await positions();
    expect(await run()).toMatchObject({ positions_opened: 0 });
    expect(await positions()).toEqual(before);
  });

  it("tries again where there was no price, and only that", async () => {
    await begin([{}]);
    failBroker((path) => path === "/chains");
    expect(await run()).toMatchObject({ positions_opened: 1 });
    desk.stage.scene.schwabFaults = undefined;
    expect(await run()).toMatchObject({ positions_opened: 1 });
    expect(await inPortfolio("options_quality")).toMatchObject({ position_opened: true, skip_reason: null });
    expect(await positions()).toHaveLength(2);
    expect((await portfolio("stocks_quality")).cash_available_cents).toBe(9_501_250);
  });

  it("does not open again what was closed meanwhile", async () => {
    const { store } = await begin([{}]);
    await run();
    const key = store.keys.position("2026-03-02.GME.quality.stocks_quality");
    const position = await store.get(key, positionSchema);
    if (position?.instrument_type !== "stock") throw new Error("there is no stock");
    const { keys } = store;
    const sold = { ...position, status: "closed" as const, shares_remaining: 0, exit_date: "2026-03-02" };
    const after = await portfolio("stocks_quality");
    await store.transact([savePosition(keys, sold), savePortfolio(keys, { ...after, open_position_ids: [] })]);
    expect(await run()).toMatchObject({ positions_opened: 0 });
    expect((await portfolio("stocks_quality")).open_position_ids).toEqual([]);
    expect((await inPortfolio("stocks_quality")).position_summary).toMatchObject({ status: "closed" });
  });
});
