import { describe, expect, it } from "vitest";
import { evidence, pairsOf, periodsOfCount } from "../../../../lib/trading/evaluation/evidence.ts";
import { excessReturns, lowerBound } from "../../../../lib/trading/evaluation/excess.ts";
import { activePeriod, completedPeriods } from "../../../support/evaluation-periods.ts";
import { assessments, historyDays, normals } from "../../../support/histories.ts";

/** A trade every third day: more than enough of them. */
const tradeDays = historyDays.filter((_, index) => index % 3 === 0);

/** The share of histories that ever pass within twelve periods; one type has the edge, all deviate by 1 % a day. */
function shareThatPasses(histories: number, edge: number, seed: number): number {
  const normal = normals(seed);
  const draw = (mean: number) => historyDays.map(() => mean + 0.01 * normal());
  let passed = 0;
  for (let history = 0; history < histories; history++) {
    const types = { quality: { excess: draw(edge), tradeDays }, consensus: { excess: draw(0), tradeDays } };
    if (assessments(draw(0.0003), types).at(-1)?.isReady) passed++;
  }
  return passed / histories;
}

/** Two to four seconds of computing, on a machine that others use too. */
const patience = 120_000;

describe("graduation", () => {
  it("lets at most 5 % of 2,000 noise histories pass within twelve periods", { timeout: patience }, () => {
    const share = shareThatPasses(2000, 0, 1);
    console.info(`of 2,000 noise histories ${(share * 100).toFixed(2)} % ever graduate within twelve periods`);
    expect(share).toBeLessThanOrEqual(0.05);
  });

  it("lets skill pass, and the more often the more there is", { timeout: patience }, () => {
    const edges = [0.0005, 0.001, 0.002];
    const shares = edges.map((edge, index) => shareThatPasses(500, edge, index + 2));
    for (const [index, edge] of edges.entries()) {
      const share = ((shares[index] ?? 0) * 100).toFixed(1);
      console.info(`of 500 histories with an edge of ${edge * 100} % a day ${share} % graduate within twelve periods`);
    }
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeGreaterThan(0.6);
  });

  it("never lets idle cash pass, although a falling market loses to it for certain", () => {
    const normal = normals(6);
    const market = historyDays.map(() => -0.004 + 0.01 * normal());
    const idle = { excess: market.map((change) => -change), tradeDays: [] };
    const invested = { excess: historyDays.map(() => -0.002 + 0.001 * normal()), tradeDays };
    const results = assessments(market, { quality: idle, consensus: invested });
    expect(results.map(({ isReady }) => isReady)).toEqual(Array(12).fill(false));
    expect(results.at(-1)).toMatchObject({
      leader: "quality",
      reasons: ["Only 0 independent trades are closed, of 20 that are needed."],
    });
  });

  it("is told the same of the same history", () => {
    const normal = normals(7);
    const excess = historyDays.map(() => 0.001 + 0.01 * normal());
    expect(lowerBound(excess, 12)).toEqual(lowerBound(excess, 12));
  });
});

describe("the bound of the mean daily excess", () => {
  // Neighbours make up for one another, so that the mean is known better than single days would tell.
  const excess = Array.from({ length: 120 }, (_, index) => (((index * 7919) % 101) - 50) / 5000);

  it("rests on a block bootstrap's standard error, and is stricter the fewer periods there are", () => {
    // By numpy: the deviation of all 120 circular blocks of five gives an error of 0.000248, single days one of 0.000536.
    const bound = lowerBound(excess, 12);
    expect(bound?.mean).toBeCloseTo(-0.000166667, 9);
    expect((bound?.standardError ?? 0) / 0.000248063).toBeCloseTo(1, 1);
    // 2.2414 and, after three of twelve periods, twice that.
    const distance = (periods: number) => {
      const { mean = 0, bound = 0, standardError = 1 } = lowerBound(excess, periods) ?? {};
      return (mean - bound) / standardError;
    };
    expect([distance(12), distance(3)].map((each) => each.toFixed(4))).toEqual(["2.2414", "4.4828"]);
  });

  it("is not told of fewer than twenty returns", () => {
    expect(lowerBound(excess.slice(0, 19), 12)).toBeNull();
    expect(lowerBound(excess.slice(0, 20), 12)).not.toBeNull();
  });

  it("is of returns from one pair of values to the next, less the index's", () => {
    const pairs = [
      { date: "2026-03-02", value: 100, benchmark: 5000 },
      { date: "2026-03-03", value: 103, benchmark: 5050 },
      { date: "2026-03-06", value: 103, benchmark: 4999.5 },
    ];
    // 3 % less 1 %, and 0 less −1 %.
    expect(excessReturns(pairs).map((each) => each.toFixed(12))).toEqual(["0.020000000000", "0.010000000000"]);
  });
});

describe("the evidence of a portfolio", () => {
  const periods = completedPeriods("quality", [1, 2, 3]);
  const value = (date: string, benchmark_price: number | null) => ({
    ...{ portfolio_id: "stocks_quality", date, value_cents: 5, net_value_cents: 10_000, valued_at: "" },
    benchmark_price,
  });

  it("counts trading days with both values, and independent trades, within its periods only", () => {
    const values = [
      value("2025-11-21", 5000),
      value("2025-11-24", 5000),
      value("2025-11-25", null),
      value("2025-11-26", 5010),
      value("2025-11-29", 5010),
      value("2026-02-23", 5010),
    ];
    const closed = [
      { ticker: "GME", exit_date: "2025-11-24" },
      { ticker: "GME", exit_date: "2025-11-24" },
      { ticker: "AMC", exit_date: "2025-11-24" },
      { ticker: "AMC", exit_date: "2026-02-23" },
      { ticker: "AMC", exit_date: null },
    ];
    // From 23 November to 21 February; Thanksgiving, Christmas, New Year, Martin Luther King's and Presidents' day are off.
    expect(evidence(periods, pairsOf(values), closed)).toEqual({
      ...{ periods: 3, independentTrades: 2, tradingDays: 60, pairs: 2, excess: null },
    });
  });

  it("is of twelve periods at most, then of a new count, and of none before a gap", () => {
    const many = completedPeriods("quality", Array(14).fill(1));
    expect(periodsOfCount(many)).toEqual(many.slice(12));
    expect(periodsOfCount(many.slice(0, 12))).toHaveLength(12);
    expect(periodsOfCount([...many.slice(0, 4), ...many.slice(5, 8)])).toEqual(many.slice(5, 8));
    expect(periodsOfCount([])).toEqual([]);
    expect(evidence([], [], [])).toEqual({
      ...{ periods: 0, independentTrades: 0, tradingDays: 0, pairs: 0, excess: null },
    });
    expect(activePeriod.period_start).toBe(many.at(-1)?.period_end);
  });
});
