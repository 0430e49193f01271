import { describe, expect, it } from "vitest";
import { curveFigures, equityCurve, maxDrawdown, tradeFigures } from "../../lib/trading/performance.ts";
import { wilsonInterval } from "../../lib/trading/statistics.ts";

function trades(...pnl: number[]) {
  return pnl.map((pnlCents) => ({ pnlCents }));
}

/** Days of January 2021 from the first on, without a calendar. */
function curve(...values: number[]) {
  return values.map((value_cents, index) => ({ date: `2021-01-${String(index + 1).padStart(2, "0")}`, value_cents }));
}

describe("figures of trades", () => {
  it("sum up wins and losses", () => {
    // Wins 300 + 100, losses 150 + 50; mean (300 + 100 − 150 − 50 + 0) / 5.
    expect(tradeFigures(trades(300, 100, -150, -50, 0))).toEqual({
      closed_trades: 5,
      win_rate: 0.4,
      win_rate_low: 0.117621,
      win_rate_high: 0.769276,
      profit_factor: 2,
      expectancy_cents: 40,
    });
  });

  it("say nothing of no trades, and no factor without a loss", () => {
    expect(tradeFigures([])).toEqual({
      closed_trades: 0,
      win_rate: null,
      win_rate_low: null,
      win_rate_high: null,
      profit_factor: null,
      expectancy_cents: null,
    });
    expect(tradeFigures(trades(5))).toMatchObject({ win_rate: 1, profit_factor: null });
  });

  // Published values of the score interval without continuity correction (Newcombe 1998: 81/263, 15/148, 0/20, 1/29).
  it.each([
    { successes: 81, trials: 263, low: 0.2553, high: 0.3662 },
    { successes: 15, trials: 148, low: 0.0624, high: 0.1605 },
    { successes: 0, trials: 20, low: 0, high: 0.1611 },
    { successes: 1, trials: 29, low: 0.0061, high: 0.1718 },
  ])("put $successes of $trials between $low and $high", ({ successes, trials: count, low, high }) => {
    const interval = wilsonInterval(successes, count);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });
});

describe("an equity curve", () => {
  it("adds up the profits of each day", () => {
    const profits = [
      { date: "2021-01-06", pnlCents: -300 },
      { date: "2021-01-05", pnlCents: 100 },
      { date: "2021-01-06", pnlCents: 50 },
    ];
    expect(equityCurve(10_000, profits)).toEqual([
      { date: "2021-01-05", value_cents: 10_100 },
      { date: "2021-01-06", value_cents: 9850 },
    ]);
    expect(equityCurve(10_000, [])).toEqual([]);
  });

  it.each([
    { values: [100, 120, 90, 110, 80, 130], deepest: 0.333333 },
    { values: [100, 110, 120], deepest: 0 },
    { values: [100, 50, 25], deepest: 0.75 },
    { values: [], deepest: 0 },
  ])("$values falls by $deepest at most", ({ values, deepest }) => {
    expect(maxDrawdown(curve(...values))).toBe(deepest);
  });
});

describe("figures of a curve", () => {
  const none = new Map<string, number>();

  it("weigh the mean return by its spread", () => {
    // Returns +10 %, −10 %, +10 %: mean 1/30, standard deviation 0.2/√3, downside √(0.01/3).
    const figures = curveFigures(curve(1000, 1100, 990, 1089), none);
    // √252 × (1/30) / 0.1154701 and √252 × (1/30) / 0.0577350
    expect(figures.sharpe).toBeCloseTo(4.582576, 5);
    expect(figures.sortino).toBeCloseTo(9.165151, 5);
    expect(figures).toMatchObject({ max_drawdown: 0.1, alpha: null, beta: null });
  });

  it("find twice the market's moves and a tenth of a percent a day on top", () => {
    // Market +1 %, −1 %, +2 %; the curve +2.1 %, −1.9 %, +4.1 %.
    const own = [1_000_000, 1_021_000, 1_021_000 * 0.981, 1_021_000 * 0.981 * 1.041];
    const days = curve(...own);
    const market = [100, 101, 101 * 0.99, 101 * 0.99 * 1.02];
    const figures = curveFigures(days, new Map(days.map(({ date }, index) => [date, market[index] ?? 0])));
    expect(figures.beta).toBe(2);
    expect(figures.alpha).toBe(0.252);
  });

  it("compare the days that both have", () => {
    const days = curve(100, 999, 110, 99);
    const market = new Map([
      ["2021-01-01", 100],
      ["2021-01-03", 110],
      ["2021-01-04", 99],
      ["2021-01-09", 1],
    ]);
    expect(curveFigures(days, market)).toMatchObject({ beta: 1, alpha: 0 });
  });

  it("are not told where nothing varies or there are too few days", () => {
    const unknown = { max_drawdown: 0, sharpe: null, sortino: null, alpha: null, beta: null };
    expect(curveFigures([], none)).toEqual(unknown);
    expect(curveFigures(curve(100, 110), none)).toEqual(unknown);
    const flat = curve(100, 100, 100);
    expect(curveFigures(flat, new Map(flat.map(({ date }) => [date, 50])))).toEqual(unknown);
  });
});
