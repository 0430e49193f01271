import { beforeEach, describe, expect, it } from "vitest";
import { isTradingDay } from "../../lib/calendar/trading-days.ts";
import { openRealm } from "../../lib/realm/state.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import type { PriceBar } from "../../lib/trading/market/bars.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { seedSignals, signalOf } from "../support/seeds.ts";
import { closeOf, noFigures } from "../support/trading.ts";
import { optionOf, seedPositions, stockOf } from "../support/trading-seeds.ts";

const api = useEndpoints();
const { data, refusal, enter } = api;
/** Nobody answers there: the only daily prices are stored ones. */
const offline = { YAHOO_BASE_URL: "http://127.0.0.1:9" };
beforeEach(() => enter(offline));

/** Stores what a portfolio was worth on days, in dollars before and after costs, and the index at that moment. */
async function seedValues(portfolio_id: string, values: Record<string, [gross: number, net: number, index?: number]>) {
  const { store } = api.services;
  await store.putMany(
    Object.entries(values).map(([date, [gross, net, index]]) => ({
      ...store.keys.portfolioValue(portfolio_id, date),
      portfolio_id,
      date,
      value_cents: Math.round(gross * 100),
      net_value_cents: Math.round(net * 100),
      valued_at: `${date}T15:30:00.000Z`,
      ...(index !== undefined && { benchmark_price: index }),
    })),
  );
}

/** Stores final closes of an index. */
async function seedIndex(ticker: string, closes: Record<string, number>) {
  const { store } = api.services;
  const bars = Object.entries(closes).map(([date, close]) => ({ ...closeOf(date, close), ticker }));
  await store.putMany(bars.map((bar) => ({ ...store.keys.dailyBar(ticker, bar.date), ...bar })));
}

/** Stores final closes of a ticker that rises by a dollar on each trading day. */
async function seedCloses(ticker: string, from: string, to: string) {
  const { store } = api.services;
  const bars: PriceBar[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    if (isTradingDay(day)) bars.push({ ...closeOf(day, 100 + bars.length), ticker });
  }
  await store.putMany(bars.map((bar) => ({ ...store.keys.dailyBar(ticker, bar.date), ...bar })));
}

/** A position that ended on a day. */
const ended = (ticker: string, exit_date: string, realized_pnl_cents: number, trading_costs_cents: number) =>
  stockOf({
    ticker,
    status: "closed",
    shares_remaining: 0,
    exit_date,
    exit_reason: "manual",
    hold_days: 1,
    realized_pnl_cents,
    trading_costs_cents,
    realized_return_pct: realized_pnl_cents / 1425,
  });

/** Of three returns no ratio is told. */
const ratiosOfThree = {
  returns: 3,
  sharpe: null,
  sharpe_error: null,
  sortino: null,
  sortino_error: null,
  benchmark_returns: 2,
  alpha: null,
  alpha_error: null,
  beta: null,
  beta_error: null,
};

describe("GET /portfolios/{id}/performance", () => {
  const performance = (id: string, query: Record<string, string> = {}) =>
    data("GET /portfolios/{id}/performance", { params: { id }, query });

  /** Gross returns of 1 %, −1 %, 1 % after Monday 23 February; the market's of the last two are the same. */
  async function seedWeek({ withIndex = true } = {}) {
    const index = (price: number): [] | [number] => (withIndex ? [price] : []);
    await seedValues("stocks_quality", {
      "2026-02-24": [101_000, 100_000, ...index(5050)],
      "2026-02-25": [99_990, 99_000, ...index(4999.5)],
      "2026-02-26": [100_989.9, 99_990, ...index(5049.495)],
    });
    await seedPositions(api.services, [
      ended("GME", "2026-02-24", 10_000, 150),
      ended("AMC", "2026-02-25", -4000, 100),
      ended("NOK", "2026-02-26", 50, 100),
      stockOf({ ticker: "BB", realized_pnl_cents: 77_700 }),
      { ...ended("BBBY", "2026-02-26", 999, 1), portfolio_id: "stocks_consensus", id: "other" },
    ]);
  }

  it("tells gross from net, beside the S&P 500", async () => {
    await seedWeek();
    // The last value was told before the close; dividends until then were 10 of 11,000.
    await seedIndex("^GSPC", { "2026-02-24": 5000, "2026-02-25": 4900, "2026-02-26": 4950 });
    await seedIndex("^SP500TR", { "2026-02-24": 11_000, "2026-02-25": 10_790, "2026-02-26": 10_899.9 });
    expect(await performance("stocks_quality")).toEqual({
      portfolio_id: "stocks_quality",
      from: "2025-03-03",
      to: "2026-03-02",
      benchmark_available: true,
      // 5050 → 5049.495, and that times (10,899.9 / 11,000) / (4950 / 5000)
      benchmark_return_pct: -0.01,
      benchmark_total_return_pct: 0.0809,
      gross: {
        closed_trades: 3,
        independent_trades: 3,
        win_rate: 0.666667,
        independent_win_rate: 0.666667,
        win_rate_low: 0.20766,
        win_rate_high: 0.938508,
        profit_factor: null,
        profit_factor_error: null,
        expectancy: 20.17,
        expectancy_error: null,
        max_drawdown: 0.01,
        ...ratiosOfThree,
      },
      net: {
        closed_trades: 3,
        independent_trades: 3,
        win_rate: 0.333333,
        independent_win_rate: 0.333333,
        win_rate_low: 0.061492,
        win_rate_high: 0.79234,
        profit_factor: null,
        profit_factor_error: null,
        expectancy: 19,
        expectancy_error: null,
        max_drawdown: 0.01,
        ...ratiosOfThree,
      },
      equity_curve: [
        { date: "2026-02-23", value: 100_000, net_value: 100_000, benchmark: null },
        { date: "2026-02-24", value: 101_000, net_value: 100_000, benchmark: 5050 },
        { date: "2026-02-25", value: 99_990, net_value: 99_000, benchmark: 4999.5 },
        { date: "2026-02-26", value: 100_989.9, net_value: 99_990, benchmark: 5049.495 },
      ],
    });
  });

  it("rests alpha and beta on nothing where the index was not kept with the values", async () => {
    await seedWeek({ withIndex: false });
    const { gross, net, ...others } = await performance("stocks_quality");
    expect(others).toMatchObject({ benchmark_available: false, benchmark_return_pct: null });
    expect(gross).toMatchObject({ returns: 3, benchmark_returns: 0, alpha: null, beta: null });
    expect(net).toMatchObject({ returns: 3, benchmark_returns: 0, alpha: null, beta: null });
  });

  it("finds a portfolio that is the index to have beta 1 and alpha 0, whatever the closes are", async () => {
    const days = Array.from({ length: 40 }, (_, day) => addDays("2026-01-20", day)).filter(isTradingDay);
    const price = (day: number) => Math.round(100 * (5000 + 40 * Math.sin(day) + day)) / 100;
    await seedValues(
      "stocks_quality",
      Object.fromEntries(days.map((day, index) => [day, [price(index) * 20, 99_000, price(index)]])),
    );
    const { gross, ...others } = await performance("stocks_quality");
    expect(gross).toMatchObject({
      benchmark_returns: days.length - 1,
      alpha: 0,
      alpha_error: 0,
      beta: 1,
      beta_error: 0,
    });
    expect(others).toMatchObject({ benchmark_available: true, benchmark_total_return_pct: null });
  });

  it("looks at the last days only, where the curve then begins with its first value", async () => {
    await seedWeek();
    const { from, gross, equity_curve } = await performance("stocks_quality", { days: "6" });
    expect(from).toBe("2026-02-25");
    expect(gross).toMatchObject({ closed_trades: 2, expectancy: -19.75 });
    expect(equity_curve.map((point: { date: string }) => point.date)).toEqual(["2026-02-25", "2026-02-26"]);
    // The first value is inside, the day before it is not.
    expect((await performance("stocks_quality", { days: "7" })).equity_curve).toHaveLength(3);
    expect((await performance("stocks_quality", { days: "8" })).equity_curve).toHaveLength(4);
    expect((await performance("stocks_quality", { days: "3650" })).from).toBe("2016-03-05");
  });

  it("does not take the first value inside for the first ever", async () => {
    await seedValues("stocks_quality", { "2026-02-20": [100_000, 100_000], "2026-02-26": [101_000, 100_900] });
    expect((await performance("stocks_quality", { days: "6" })).equity_curve).toEqual([
      { date: "2026-02-26", value: 101_000, net_value: 100_900, benchmark: null },
    ]);
  });

  it.each([
    { what: "the day", created: "2026-02-20", begins: "2026-02-20" },
    {
      what: "the trading day before, where its first value is of the day",
      created: "2026-02-24",
      begins: "2026-02-23",
    },
  ])("begins the curve on $what the portfolio was created", async ({ created, begins }) => {
    api.cloud.time.now = new Date(`${created}T15:30:00Z`);
    await openRealm(api.services);
    api.cloud.time.now = new Date("2026-03-02T15:30:00Z");
    await seedValues("options_quality", { "2026-02-24": [101_000, 100_900] });
    expect((await performance("options_quality")).equity_curve).toEqual([
      { date: begins, value: 100_000, net_value: 100_000, benchmark: null },
      { date: "2026-02-24", value: 101_000, net_value: 100_900, benchmark: null },
    ]);
  });

  it("counts its days by the market's time in a replay, where the portfolio is younger than its values", async () => {
    enter({ ...offline, MARKET_CLOCK: "2021-01-28T15:30:00Z" });
    await openRealm(api.services);
    await seedValues("stocks_consensus", { "2021-01-26": [100_000, 99_990], "2021-01-27": [100_500, 100_480] });
    const { from, to, equity_curve } = await performance("stocks_consensus", { days: "10" });
    expect([from, to]).toEqual(["2021-01-19", "2021-01-28"]);
    expect(equity_curve).toEqual([
      { date: "2021-01-25", value: 100_000, net_value: 100_000, benchmark: null },
      { date: "2021-01-26", value: 100_000, net_value: 99_990, benchmark: null },
      { date: "2021-01-27", value: 100_500, net_value: 100_480, benchmark: null },
    ]);
  });

  it("says nothing of a portfolio without trades and values", async () => {
    expect(await performance("options_consensus")).toMatchObject({
      benchmark_available: false,
      gross: noFigures,
      net: noFigures,
      equity_curve: [],
    });
  });

  it("does not know another portfolio", async () => {
    expect(await refusal("GET /portfolios/{id}/performance", { params: { id: "stocks" } })).toMatchObject({
      status: 404,
      code: "NOT_FOUND",
    });
  });

  it.each([
    ["days", "0"],
    ["days", "3651"],
    ["days", "1.5"],
    ["limit", "10"],
  ])("refuses %s=%s", async (field, value) => {
    const request = { params: { id: "stocks_quality" }, query: { [field]: value } };
    expect(await refusal("GET /portfolios/{id}/performance", request)).toMatchObject({
      status: 422,
      details: [{ field }],
    });
  });
});

describe("GET /signals/calibration", () => {
  const calibration = (query: Record<string, string> = {}) => data("GET /signals/calibration", { query });

  /** Two quality signals that ended, one that is open, a bearish consensus signal whose puts ended. */
  async function seedCohort() {
    const bearish = { signal_type: "consensus", prediction: "bearish", confidence: 0.9 } as const;
    await seedSignals(api.services, [
      signalOf({ ticker: "GME", signal_date: "2026-02-25", confidence: 0.75 }),
      signalOf({ ticker: "AMC", signal_date: "2026-02-25", confidence: 0.7 }),
      signalOf({ ticker: "BB", signal_date: "2026-02-25", confidence: 0.75 }),
      signalOf({ ticker: "NOK", signal_date: "2025-12-02", confidence: 0.95 }),
      signalOf({ ticker: "PLTR", signal_date: "2026-02-25", ...bearish }),
    ]);
    await seedPositions(api.services, [
      ended("GME", "2026-02-27", 14_250, 1425),
      ended("AMC", "2026-03-02", -7125, 0),
      stockOf({ ticker: "BB" }),
      { ...ended("NOK", "2026-02-26", 1425, 0), signal_id: "2025-12-02.NOK.quality" },
      optionOf({
        ticker: "PLTR",
        portfolio_id: "options_consensus",
        direction: "put",
        option_type: "put",
        status: "closed",
        contracts_remaining: 0,
        exit_date: "2026-02-27",
        realized_pnl_cents: -70_000,
        realized_return_pct: -50,
      }),
    ]);
  }

  it("judges the signals of the last 90 days by their closed positions", async () => {
    await seedCohort();
    const { bins, ...figures } = await calibration();
    // (0.25² + 0.7² + 0.9²) / 3
    expect(figures).toEqual({
      ...{ from: "2025-12-03", to: "2026-03-02", signals: 4, ended: 3, independent: 3, brier_score: 0.454167 },
      // Nobody has prices of them.
      ...{ base_rate: null, base_rate_known: 0, base_rate_brier_score: null },
      ...{ brier_skill_score: null, brier_skill_score_error: null },
    });
    expect(bins).toHaveLength(12);
    expect(bins.filter((bin: { signals: number }) => bin.signals > 0)).toEqual([
      {
        signal_type: "quality",
        confidence_from: 0.7,
        confidence_to: 0.8,
        signals: 3,
        ended: 2,
        right: 1,
        gross_right: 1,
        mean_confidence: 0.725,
        right_share: 0.5,
        // 1 of 2
        right_share_low: 0.094531,
        independent: 2,
        right_share_high: 0.905469,
        base_rate: null,
        // 10 % less 1 % of costs, and −5 %.
        mean_return_pct: 2,
        gross_mean_return_pct: 2.5,
      },
      expect.objectContaining({ signal_type: "consensus", confidence_from: 0.9, ended: 1, right: 0 }),
    ]);
  });

  it("shows beside it how often the same ticker rose over as many days", async () => {
    await seedCohort();
    await seedCloses("GME", "2024-12-02", "2026-03-02");
    const { bins, ...figures } = await calibration();
    expect(figures).toMatchObject({ ended: 3, base_rate: 1, base_rate_known: 1, base_rate_brier_score: 0 });
    expect(bins.find((bin: { ended: number }) => bin.ended === 2)).toMatchObject({ base_rate: 1, right_share: 0.5 });
  });

  it("takes other spans", async () => {
    await seedCohort();
    expect(await calibration({ days: "91" })).toMatchObject({ from: "2025-12-02", signals: 5, ended: 4 });
    expect(await calibration({ days: "5" })).toMatchObject({ from: "2026-02-26", signals: 0, ended: 0 });
  });

  it("finds the position of a first day's signal that New York closed on the evening before", async () => {
    await seedSignals(api.services, [signalOf({ signal_date: "2026-02-25" })]);
    await seedPositions(api.services, [ended("GME", "2026-02-24", 1425, 0)]);
    expect(await calibration({ days: "6" })).toMatchObject({ from: "2026-02-25", signals: 1, ended: 1 });
  });

  it.each([
    ["days", "0"],
    ["days", "366"],
    ["days", "all"],
    ["signal_type", "quality"],
  ])("refuses %s=%s", async (field, value) => {
    expect(await refusal("GET /signals/calibration", { query: { [field]: value } })).toMatchObject({
      status: 422,
      details: [{ field }],
    });
  });
});
