import { describe, expect, it } from "vitest";
import { tradingDayBefore } from "../../../../lib/calendar/trading-days.ts";
import {
  curveFigures,
  type DailyValue,
  maxDrawdown,
  shareOf,
  type TradeResult,
  tradeFigures,
} from "../../../../lib/trading/performance/figures.ts";
import { equityCurve, performanceView, performanceViewSchema } from "../../../../lib/trading/performance/view.ts";
import { noFigures } from "../../../support/trading.ts";

/** Trading days from Monday 2 March 2026 to Friday 1 May; Good Friday is the third of April. */
const tradingDays = [
  ...[2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 30, 31].map((day) => dayOf(3, day)),
  ...[1, 2, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 20, 21, 22, 23, 24, 27, 28, 29, 30].map((day) => dayOf(4, day)),
  dayOf(5, 1),
];

function dayOf(month: number, day: number): string {
  return `2026-0${month}-${String(day).padStart(2, "0")}`;
}

/** Values of consecutive trading days, or of every `step`th one. */
function curve(values: readonly number[], step = 1) {
  return values.map((value, index) => ({ date: tradingDays[index * step] ?? "", value }));
}

/** The values that these returns make of a thousand. */
function valuesOf(returns: readonly number[]): number[] {
  const values = [1000];
  for (const change of returns) values.push((values.at(-1) ?? 0) * (1 + change));
  return values;
}

/** Values on the days of a curve. */
function closes(values: readonly number[], step = 1) {
  return new Map(curve(values, step).map(({ date, value }) => [date, value]));
}

/** Trades of one ticker each, which ended at instants of their own, unless told. */
function trades(profits: readonly number[], tickers: readonly string[] = []): TradeResult[] {
  return profits.map((pnlCents, index) => {
    const ticker = tickers[index] ?? `T${index}`;
    return { ticker, endedAt: "2026-03-02T15:30:00.000Z", pnlCents };
  });
}

const none = new Map<string, number>();
const unknownRatios = { sharpe: null, sharpe_error: null, sortino: null, sortino_error: null };
const unknownLine = { alpha: null, alpha_error: null, beta: null, beta_error: null };

describe("figures of trades", () => {
  it("sum up wins and losses, and tell no ratio of so few", () => {
    // Wins 300 + 100, losses 150 + 50; mean (300 + 100 − 150 − 50 + 0) / 5 cents.
    expect(tradeFigures(trades([300, 100, -150, -50, 0]))).toEqual({
      closed_trades: 5,
      independent_trades: 5,
      win_rate: 0.4,
      independent_win_rate: 0.4,
      win_rate_low: 0.117621,
      win_rate_high: 0.769276,
      profit_factor: null,
      profit_factor_error: null,
      expectancy: 0.4,
      expectancy_error: null,
    });
  });

  const many = [300, 100, 0, -150, -50, 20, 60, -90, 45, 10, -30, 80, -70, 25, -15, 5, 90, -60, 40, -20, 33];

  it("come with errors from twenty on", () => {
    // By numpy: 808 / 485, the deviation of (gain − 1.666 loss) / mean loss over √21, that of the profits over √21.
    expect(tradeFigures(trades(many))).toMatchObject({
      independent_trades: 21,
      win_rate: 0.571429,
      win_rate_low: 0.365466,
      win_rate_high: 0.7553,
      profit_factor: 1.665979,
      profit_factor_error: 1.042899,
      expectancy: 0.15,
      expectancy_error: 0.2,
    });
    expect(tradeFigures(trades(many.slice(0, 19)))).toMatchObject({ profit_factor: null, expectancy_error: null });
  });

  it("take trades that share ticker and instant of exit for one", () => {
    // Nine that won together and one that lost: 9 of 10, but one of two independent ones.
    const together = trades([5, 5, 5, 5, 5, 5, 5, 5, 5, -1], [...Array(9).fill("GME"), "AMC"]);
    const oneOfTwo = {
      independent_trades: 2,
      independent_win_rate: 0.5,
      win_rate_low: 0.094531,
      win_rate_high: 0.905469,
    };
    expect(tradeFigures(together)).toMatchObject({ closed_trades: 10, win_rate: 0.9, ...oneOfTwo });
    // Thirty on one ticker and instant are one: no ratio rests on them.
    const alike = trades(Array(30).fill(5), Array(30).fill("GME"));
    expect(tradeFigures(alike)).toMatchObject({ win_rate: 1, win_rate_low: 0.206549, expectancy_error: null });
    // The same ticker at another instant is another one.
    const later = { ticker: "GME", endedAt: "2026-03-03T15:30:00.000Z", pnlCents: 5 };
    expect(tradeFigures([...alike, later]).independent_trades).toBe(2);
  });

  it("say nothing of no trades", () => {
    const { closed_trades, independent_trades, ...rest } = tradeFigures([]);
    expect([closed_trades, independent_trades]).toEqual([0, 0]);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
  });

  it.each([
    { what: "one win", profits: [5], win_rate: 1, expectancy: 0.05 },
    { what: "one loss", profits: [-1250], win_rate: 0, expectancy: -12.5 },
    { what: "one that gained nothing", profits: [0], win_rate: 0, expectancy: 0 },
  ])("of $what have a share and a mean", ({ what: _, profits, ...figures }) => {
    expect(tradeFigures(trades(profits))).toMatchObject(figures);
  });

  it("have a factor only where something was lost", () => {
    expect(tradeFigures(trades(Array(20).fill(2))).profit_factor).toBeNull();
    expect(tradeFigures(trades(Array(20).fill(-2)))).toMatchObject({ profit_factor: 0, profit_factor_error: 0 });
  });

  // Published values of the score interval without continuity correction (Newcombe 1998: 81/263, 15/148, 0/20, 1/29).
  it.each([
    { successes: 7, trials: 10, low: 0.3968, high: 0.8922 },
    { successes: 81, trials: 263, low: 0.2553, high: 0.3662 },
    { successes: 15, trials: 148, low: 0.0624, high: 0.1605 },
    { successes: 0, trials: 20, low: 0, high: 0.1611 },
    { successes: 20, trials: 20, low: 0.8389, high: 1 },
    { successes: 1, trials: 29, low: 0.0061, high: 0.1718 },
  ])("put $successes of $trials between $low and $high", ({ successes, trials: count, low, high }) => {
    const interval = shareOf(successes, count);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});

describe("the deepest fall", () => {
  it.each([
    { values: [100, 120, 90, 110, 80, 130], deepest: 0.333333 },
    { values: [100, 110, 120], deepest: 0 },
    { values: [100, 50, 25], deepest: 0.75 },
    { values: [100, 90, 200, 150], deepest: 0.25 },
    { values: [100], deepest: 0 },
    { values: [], deepest: 0 },
  ])("of $values is $deepest of the peak before it", ({ values, deepest }) => {
    expect(maxDrawdown(values)).toBe(deepest);
  });
});

describe("figures of a curve", () => {
  // The expected figures are numpy's and scipy's.
  const own = [
    ...[0.012, -0.008, 0.004, 0.021, -0.015, 0, 0.007, -0.003, 0.011, -0.019, 0.006],
    ...[0.002, -0.011, 0.017, 0.009, -0.005, 0.013, -0.002, 0.003, -0.007, 0.01, 0.005],
  ];
  const market = [
    ...[0.006, -0.005, 0.003, 0.01, -0.009, 0.001, 0.002, -0.004, 0.008, -0.011, 0.002],
    ...[0.003, -0.004, 0.009, 0.004, -0.001, 0.005, 0, 0.002, -0.006, 0.007, 0.001],
  ];

  it("are told per year of 252 trading days, with standard errors and what they rest on", () => {
    expect(curveFigures(curve(valuesOf(own)), closes(valuesOf(market)))).toEqual({
      max_drawdown: 0.022216,
      returns: 22,
      sharpe: 3.502388,
      sharpe_error: 3.509582,
      sortino: 5.777172,
      sortino_error: 6.709635,
      benchmark_returns: 22,
      alpha: 0.110684,
      alpha_error: 0.150906,
      beta: 1.753788,
      beta_error: 0.106238,
    });
  });

  it("do not take values of every second trading day for values of every day", () => {
    // 126 returns a year instead of 252.
    expect(curveFigures(curve(valuesOf(own.slice(0, 21)), 2), none)).toMatchObject({ sharpe: 2.282765 });
    const line = curveFigures(curve(valuesOf(own.slice(0, 21)), 2), closes(valuesOf(market.slice(0, 21)), 2));
    expect(line).toMatchObject({ alpha: 0.038474, beta: 1.753986 });
  });

  it.each([19, 20])("of %d returns are told from twenty on", (count) => {
    const figures = curveFigures(curve(valuesOf(own.slice(0, count))), closes(valuesOf(market.slice(0, count))));
    expect(figures).toMatchObject({ returns: count, benchmark_returns: count });
    const { sharpe, sharpe_error, sortino, sortino_error, alpha, alpha_error, beta, beta_error } = figures;
    const ratios = [sharpe, sharpe_error, sortino, sortino_error, alpha, alpha_error, beta, beta_error];
    expect(ratios.map((each) => each !== null)).toEqual(Array(8).fill(count === 20));
  });

  it("have a Sharpe ratio without a loss, and no Sortino ratio", () => {
    // Twenty returns, 0 % and 10 % in turn: mean 0.05, deviation 0.05 × √(20/19); √252 × √(19/20).
    const rising = Array.from({ length: 20 }, (_, index) => (index % 2) / 10);
    expect(curveFigures(curve(valuesOf(rising)), none)).toMatchObject({ sharpe: 15.472556, sortino: null });
  });

  it("find the index itself to have beta 1 and alpha 0, and to leave no error", () => {
    expect(curveFigures(curve(valuesOf(market)), closes(valuesOf(market)))).toMatchObject({
      ...{ alpha: 0, alpha_error: 0, beta: 1, beta_error: 0 },
    });
  });

  it("tell a curve that goes against the market, and one that stands still", () => {
    const against = market.map((change) => -change);
    expect(curveFigures(curve(valuesOf(against)), closes(valuesOf(market)))).toMatchObject({ beta: -1, alpha: 0 });
    const still = curveFigures(curve(valuesOf(market.map(() => 0))), closes(valuesOf(market)));
    expect(still).toMatchObject({ max_drawdown: 0, ...unknownRatios, alpha: 0, beta: 0 });
  });

  it("compare the days that both have", () => {
    const values = valuesOf(market);
    const shared = new Map([...closes(values), ["2026-03-01", 5], ["2026-05-01", 1]]);
    const own = curve([...values.slice(0, 2), 99_999, ...values.slice(3)]);
    shared.delete(own[2]?.date ?? "");
    expect(curveFigures(own, shared)).toMatchObject({ returns: 22, benchmark_returns: 21, beta: 1, alpha: 0 });
  });

  it.each([
    { what: "no value", values: [], returns: 0 },
    { what: "one value", values: [100], returns: 0 },
    { what: "returns that are all the same", values: valuesOf(market.map(() => 0.1)), returns: 22 },
    { what: "a value that stands still", values: valuesOf(market.map(() => 0)), returns: 22 },
  ])("are not told of $what in a market that stands still", ({ values, returns }) => {
    const counts = { max_drawdown: 0, returns, benchmark_returns: returns };
    const figures = curveFigures(curve(values), closes(values.map(() => 50)));
    expect(figures).toEqual({ ...counts, ...unknownRatios, ...unknownLine });
  });
});

function ended(ticker: string, date: string, pnlCents: number, costCents: number) {
  return { ticker, date, endedAt: date, pnlCents, costCents };
}

describe("an equity curve", () => {
  const trades = [
    ended("GME", "2026-03-03", -300, 20),
    ended("GME", "2026-03-02", 100, 30),
    ended("AMC", "2026-03-03", 50, -5),
  ];

  it("begins before the first trade and adds up the profits of each day, before and after costs", () => {
    expect(equityCurve(10_000, trades)).toEqual([
      { date: "2026-02-27", value_cents: 10_000, net_value_cents: 10_000 },
      { date: "2026-03-02", value_cents: 10_100, net_value_cents: 10_070 },
      { date: "2026-03-03", value_cents: 9850, net_value_cents: 9805 },
    ]);
    expect(equityCurve(10_000, [])).toEqual([]);
  });

  it.each([
    ["2026-03-03", "2026-03-02"],
    ["2026-03-02", "2026-02-27"],
    ["2026-02-17", "2026-02-13"],
    ["2026-01-01", "2025-12-31"],
  ])("the trading day before %s is %s", (day, before) => {
    expect(tradingDayBefore(day)).toBe(before);
  });
});

describe("a performance view", () => {
  it("shows the same trades before and after costs, in dollars", () => {
    const trades = [
      ended("GME", "2026-03-03", 10_000, 150),
      ended("GME", "2026-03-04", -4000, 100),
      ended("GME", "2026-03-05", 50, 100),
    ];
    const view = performanceView({ trades, curve: equityCurve(1_000_000, trades), benchmark: none });
    expect(performanceViewSchema.parse(view)).toEqual(view);
    expect(view).toEqual({
      gross: {
        closed_trades: 3,
        independent_trades: 3,
        win_rate: 0.666667,
        independent_win_rate: 0.666667,
        win_rate_low: 0.20766,
        win_rate_high: 0.938508,
        profit_factor: null,
        profit_factor_error: null,
        // 60.50 / 3
        expectancy: 20.17,
        expectancy_error: null,
        // 40 of 10,100
        max_drawdown: 0.00396,
        returns: 3,
        benchmark_returns: 0,
        ...unknownRatios,
        ...unknownLine,
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
        // 57.00 / 3
        expectancy: 19,
        expectancy_error: null,
        // 41.50 of 10,098.50
        max_drawdown: 0.00411,
        returns: 3,
        benchmark_returns: 0,
        ...unknownRatios,
        ...unknownLine,
      },
      equity_curve: [
        { date: "2026-03-02", value: 10_000, net_value: 10_000, benchmark: null },
        { date: "2026-03-03", value: 10_100, net_value: 10_098.5, benchmark: null },
        { date: "2026-03-04", value: 10_060, net_value: 10_057.5, benchmark: null },
        { date: "2026-03-05", value: 10_060.5, net_value: 10_057, benchmark: null },
      ],
    });
  });

  it("of nothing has no figures", () => {
    expect(performanceView({ trades: [], curve: [], benchmark: none })).toEqual({
      gross: noFigures,
      net: noFigures,
      equity_curve: [],
    });
  });
});

it("a value of a weekend counts for the Friday before it, and makes no return of its own", () => {
  const week = [
    { date: "2026-03-05", value: 100 },
    { date: "2026-03-06", value: 102 },
    { date: "2026-03-09", value: 101 },
  ];
  const [thursday, friday, monday] = week as [DailyValue, DailyValue, DailyValue];
  const index = new Map([
    ["2026-03-05", 5_000],
    ["2026-03-06", 5_050],
    ["2026-03-09", 5_025],
  ]);
  const saturday = { date: "2026-03-07", value: 102 };
  const expected = curveFigures(week, index);
  expect(curveFigures([thursday, friday, saturday, monday], index)).toEqual(expected);
  // Nobody looked on Friday: what Saturday's run found is Friday's value.
  expect(curveFigures([thursday, saturday, monday], index)).toEqual(expected);
});
