import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { benchmarkReturns } from "../../../../lib/trading/performance/benchmark-returns.ts";
import { curveFigures } from "../../../../lib/trading/performance/figures.ts";
import { marketLine } from "../../../../lib/trading/performance/ratios.ts";
import { historyDays, normals } from "../../../support/histories.ts";
import { describeRecorded, recordings } from "../../../support/recorded.ts";

/** Prices of a made-up index, one for each trading day of a year. */
function madeUp(): [date: string, close: number][] {
  const normal = normals(8);
  let price = 3700;
  return historyDays.map((date) => {
    price *= 1 + 0.0004 + 0.01 * normal();
    return [date, price];
  });
}

const closesFile = "market/GSPC_close_2018-01_2026-08.csv";

/** Recorded closes of the S&P 500. */
function recorded(): [date: string, close: number][] {
  const lines = readFileSync(join(recordings, closesFile), "utf8").trim().split("\n");
  return lines.slice(1).map((line) => {
    const [date = "", close = ""] = line.split(",");
    return [date, Number(close)];
  });
}

/** A hundred thousand dollars of the index, in units of their own, against it. */
function expectIndex(prices: readonly [date: string, close: number][]): void {
  const own = prices.map(([date, close]) => ({ date, value: close * (100_000 / (prices[0]?.[1] ?? 1)) }));
  const returns = (values: readonly number[]) =>
    values.slice(1).map((value, index) => value / (values[index] ?? 1) - 1);
  const [market, mine] = [returns(prices.map(([, close]) => close)), returns(own.map(({ value }) => value))];
  const line = marketLine(market.map((change, index) => ({ market: change, own: mine[index] ?? 0 })));
  expect(Math.abs((line?.beta.value ?? 0) - 1)).toBeLessThan(1e-9);
  expect(Math.abs((line?.alpha.value ?? 1) * 252)).toBeLessThan(1e-9);
  expect(curveFigures(own, new Map(prices))).toMatchObject({ alpha: 0, alpha_error: 0, beta: 1, beta_error: 0 });
}

describe("a portfolio that is the index", () => {
  it("has beta 1 and alpha 0 to 1e-9 over a made-up year", () => {
    expectIndex(madeUp());
  });

  describeRecorded("over eight recorded years", [closesFile], () => {
    it("has beta 1 and alpha 0 to 1e-9", () => {
      const prices = recorded();
      expect(prices.length).toBeGreaterThan(2000);
      expectIndex(prices);
    });
  });

  it("shows alpha that is none where the two sides are read at different moments", () => {
    // What the figures were before: the value of a day's morning beside the close of that day.
    const prices = madeUp();
    const late = prices.slice(1).map(([, close], index): [string, number] => [prices[index]?.[0] ?? "", close]);
    const own = prices.slice(0, -1).map(([date, value]) => ({ date, value }));
    expect(Math.abs(curveFigures(own, new Map(late)).beta ?? 1)).toBeLessThan(0.2);
  });
});

describe("the index's return", () => {
  const value = (date: string, price: number) => ({ date, value: price });
  const price = new Map([
    ["2026-03-02", 100],
    ["2026-03-03", 102],
    ["2026-03-04", 104],
  ]);
  // One of a hundred was paid out on the fourth.
  const total = new Map([
    ["2026-03-02", 200],
    ["2026-03-03", 204],
    ["2026-03-04", 210.08],
  ]);

  it("is told of its price, and with dividends", () => {
    // 101 → 105, and that times (210.08 / 200) / (104 / 100)
    expect(benchmarkReturns([value("2026-03-02", 101), value("2026-03-05", 105)], price, total)).toEqual({
      benchmark_return_pct: 3.9604,
      benchmark_total_return_pct: 5,
    });
  });

  it("has no dividends where the total return index cannot be had, or not from the beginning", () => {
    const values = [value("2026-03-02", 100), value("2026-03-04", 104)];
    const onlyPrice = { benchmark_return_pct: 4, benchmark_total_return_pct: null };
    expect(benchmarkReturns(values, price, new Map())).toEqual(onlyPrice);
    expect(benchmarkReturns(values, price, new Map([["2026-03-03", 204]]))).toEqual(onlyPrice);
  });

  it("is not told of fewer than two values", () => {
    const none = { benchmark_return_pct: null, benchmark_total_return_pct: null };
    expect(benchmarkReturns([], price, total)).toEqual(none);
    expect(benchmarkReturns([value("2026-03-02", 100)], price, total)).toEqual(none);
  });
});
