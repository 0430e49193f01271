import { describe, expect, it } from "vitest";
import { tradingDayBefore } from "../../../../lib/calendar/trading-days.ts";
import {
  curveFigures,
  type DailyValue,
  maxDrawdown,
  shareOf,
  tradeFigures,
} from "../../../../lib/trading/performance/figures.ts";
import { equityCurve, performanceView, performanceViewSchema } from "../../../../lib/trading/performance/view.ts";
import { noFigures } from "../../../support/trading.ts";

/** Trading days, Monday 2 March 2026 to Friday 13 March. */
const tradingDays = [2, 3, 4, 5, 6, 9, 10, 11, 12, 13].map((day) => `2026-03-${String(day).padStart(2, "0")}`);

/** Values of consecutive trading days, or of every `step`th one. */
function curve(values: readonly number[], step = 1) {
  return values.map((value, index) => ({ date: tradingDays[index * step] ?? "", value }));
}

/** Closes on the days of a curve. */
function closes(values: readonly number[], step = 1) {
  return new Map(curve(values, step).map(({ date, value }) => [date, value]));
}

const none = new Map<string, number>();
const unknown = { sharpe: null, sortino: null, alpha: null, beta: null };

describe("figures of trades", () => {
  it("sum up wins and losses", () => {
    // Wins 300 + 100, losses 150 + 50; mean (300 + 100 − 150 − 50 + 0) / 5 cents.
    expect(tradeFigures([300, 100, -150, -50, 0])).toEqual({
      closed_trades: 5,
      win_rate: 0.4,
      win_rate_low: 0.117621,
      win_rate_high: 0.769276,
      profit_factor: 2,
      expectancy: 0.4,
    });
  });

  it("say nothing of no trades", () => {
    expect(tradeFigures([])).toEqual({
      closed_trades: 0,
      win_rate: null,
      win_rate_low: null,
      win_rate_high: null,
      profit_factor: null,
      expectancy: null,
    });
  });

  it.each([
    { what: "one win", profits: [5], win_rate: 1, profit_factor: null, expectancy: 0.05 },
    { what: "one loss", profits: [-1250], win_rate: 0, profit_factor: 0, expectancy: -12.5 },
    { what: "one that gained nothing", profits: [0], win_rate: 0, profit_factor: null, expectancy: 0 },
    { what: "wins only", profits: [1, 2], win_rate: 1, profit_factor: null, expectancy: 0.02 },
    { what: "losses only", profits: [-100, -300], win_rate: 0, profit_factor: 0, expectancy: -2 },
  ])("of $what have a factor only where something was lost", ({ what: _, profits, ...figures }) => {
    expect(tradeFigures(profits)).toMatchObject(figures);
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
  // Returns +10 %, −10 %, +10 %: mean 1/30, standard deviation 0.2/√3, downside √(0.01/3).
  const values = [1000, 1100, 990, 1089];

  it("weigh the mean return by its spread, on a year of 252 trading days", () => {
    // √252 × (1/30) / 0.1154701 and √252 × (1/30) / 0.0577350
    expect(curveFigures(curve(values), none)).toEqual({
      max_drawdown: 0.1,
      sharpe: 4.582576,
      sortino: 9.165151,
      alpha: null,
      beta: null,
    });
  });

  it("do not take values of every second trading day for values of every day", () => {
    // 126 returns a year: √126 × 0.2886751 and √126 × 0.5773503
    expect(curveFigures(curve(values, 2), none)).toMatchObject({ sharpe: 3.24037, sortino: 6.480741 });
  });

  it("have a Sharpe ratio without a loss, and no Sortino ratio", () => {
    // Returns 0 % and 10 %: mean 0.05, standard deviation 0.0707107; √252 × 0.7071068.
    expect(curveFigures(curve([100, 100, 110]), none)).toMatchObject({ sharpe: 11.224972, sortino: null });
  });

  // Market +1 %, −1 %, +2 %; the curve 2.1 %, −1.9 %, 4.1 %: twice the market and 0.1 % on top.
  const market = [100, 101, 101 * 0.99, 101 * 0.99 * 1.02];
  const own = [1_000_000, 1_021_000, 1_021_000 * 0.981, 1_021_000 * 0.981 * 1.041];

  it("find twice the market's moves and a tenth of a percent a day on top", () => {
    expect(curveFigures(curve(own), closes(market))).toMatchObject({ beta: 2, alpha: 0.252 });
  });

  it("put alpha on a year by the days between values", () => {
    expect(curveFigures(curve(own, 2), closes(market, 2))).toMatchObject({ beta: 2, alpha: 0.126 });
  });

  it("tell a curve that goes against the market, and one that stands still", () => {
    // Market +10 %, −10 %, the curve the opposite: the line through (0.1, −0.1) and (−0.1, 0.1).
    expect(curveFigures(curve([100, 90, 99]), closes([100, 110, 99]))).toMatchObject({ beta: -1, alpha: 0 });
    expect(curveFigures(curve([100, 100, 100]), closes([100, 110, 99]))).toEqual({
      max_drawdown: 0,
      sharpe: null,
      sortino: null,
      alpha: 0,
      beta: 0,
    });
  });

  it("compare the days that both have", () => {
    const shared = new Map([
      ["2026-03-02", 100],
      ["2026-03-04", 110],
      ["2026-03-05", 99],
      ["2026-03-20", 1],
    ]);
    expect(curveFigures(curve([100, 999, 110, 99]), shared)).toMatchObject({ beta: 1, alpha: 0 });
  });

  it.each([
    { what: "no value", values: [] },
    { what: "one value", values: [100] },
    { what: "two values", values: [100, 110] },
    { what: "returns that are all the same", values: [100, 110, 121, 133.1] },
    { what: "a value that stands still", values: [100, 100, 100] },
  ])("are not told of $what in a market that stands still", ({ values: some }) => {
    expect(curveFigures(curve(some), closes(some.map(() => 50)))).toEqual({ max_drawdown: 0, ...unknown });
  });

  it("are not told where the market's move is a single one", () => {
    expect(curveFigures(curve(values), closes([100, 101]))).toMatchObject({ alpha: null, beta: null });
  });
});

describe("an equity curve", () => {
  const trades = [
    { date: "2026-03-03", pnlCents: -300, costCents: 20 },
    { date: "2026-03-02", pnlCents: 100, costCents: 30 },
    { date: "2026-03-03", pnlCents: 50, costCents: -5 },
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
      { date: "2026-03-03", pnlCents: 10_000, costCents: 150 },
      { date: "2026-03-04", pnlCents: -4000, costCents: 100 },
      { date: "2026-03-05", pnlCents: 50, costCents: 100 },
    ];
    const view = performanceView({ trades, curve: equityCurve(1_000_000, trades), benchmark: none });
    expect(performanceViewSchema.parse(view)).toEqual(view);
    expect(view).toEqual({
      gross: {
        closed_trades: 3,
        win_rate: 0.666667,
        win_rate_low: 0.20766,
        win_rate_high: 0.938508,
        // 100.50 / 40.00 and 60.50 / 3
        profit_factor: 2.5125,
        expectancy: 20.17,
        // 40 of 10,100
        max_drawdown: 0.00396,
        sharpe: 4.48285,
        sortino: 14.091876,
        alpha: null,
        beta: null,
      },
      net: {
        closed_trades: 3,
        win_rate: 0.333333,
        win_rate_low: 0.061492,
        win_rate_high: 0.79234,
        // 98.50 / 41.50 and 57.00 / 3
        profit_factor: 2.373494,
        expectancy: 19,
        // 41.50 of 10,098.50
        max_drawdown: 0.00411,
        sharpe: 4.242402,
        sortino: 12.957253,
        alpha: null,
        beta: null,
      },
      equity_curve: [
        { date: "2026-03-02", value: 10_000, net_value: 10_000 },
        { date: "2026-03-03", value: 10_100, net_value: 10_098.5 },
        { date: "2026-03-04", value: 10_060, net_value: 10_057.5 },
        { date: "2026-03-05", value: 10_060.5, net_value: 10_057 },
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
