import { describe, expect, it } from "vitest";
import { assessGraduation, type Evidence } from "../../../../lib/trading/evaluation/graduation.ts";
import { periodMetrics, rollPeriods } from "../../../../lib/trading/evaluation/periods.ts";
import { type EvaluationPeriod, evaluationPeriodSchema } from "../../../../lib/trading/evaluation/record.ts";
import type { BenchmarkClose } from "../../../../lib/trading/market/bars.ts";
import { openPosition } from "../../../../lib/trading/openings/new-position.ts";
import type { PortfolioValue, Position } from "../../../../lib/trading/positions/record.ts";
import { offerOf, openDate, openedAt, portfolio, settings } from "../../../support/trading.ts";

const portfolios = [
  portfolio("stock", { id: "stocks_quality" }),
  portfolio("stock", { id: "stocks_consensus", signal_type: "consensus" }),
  portfolio("option", { id: "options_quality" }),
  portfolio("option", { id: "options_consensus", signal_type: "consensus" }),
];
const facts = portfolios.map((each) => ({
  portfolio: each,
  positions: [] as Position[],
  values: [] as PortfolioValue[],
}));

const closes: Record<string, number> = { "2021-01-04": 3700, "2021-02-03": 3811, "2021-03-05": 3848 };
const benchmark: BenchmarkClose = (day) => closes[day] ?? null;

function roll(today: string, active: EvaluationPeriod[], changed = facts) {
  return rollPeriods(changed, active, { today, now: `${today}T22:00:00.000Z` }, benchmark);
}

function started(): EvaluationPeriod[] {
  return roll("2021-01-04", []).created;
}

function closedPosition(pnlCents: number, returnPct: number, exitDate: string): Position {
  const signal = { id: "s", ticker: "GME", signal_type: "quality" as const, confidence: 0.8 };
  const result = openPosition(
    portfolio(),
    { signal, offer: offerOf("stock", 100), targetCents: 500_000, today: openDate, now: openedAt },
    settings,
  );
  if (result.outcome === "skipped") throw new Error(result.skip_reason);
  return {
    ...result.position,
    status: "closed",
    realized_pnl_cents: pnlCents,
    realized_return_pct: returnPct,
    exit_date: exitDate,
  };
}

describe("evaluation periods", () => {
  it("begin for all four portfolios together", () => {
    const { completed, created, problem } = roll("2021-01-04", []);
    expect([completed, problem]).toEqual([[], null]);
    expect(created.map(({ id }) => id)).toEqual([
      "stocks_quality.2021-01-04",
      "stocks_consensus.2021-01-04",
      "options_quality.2021-01-04",
      "options_consensus.2021-01-04",
    ]);
    expect(created[3]).toMatchObject({
      period_start: "2021-01-04",
      period_end: "2021-02-03",
      status: "active",
      instrument_type: "option",
      signal_type: "consensus",
      value_at_period_start_cents: 10_000_000,
      portfolio_return_pct: null,
      total_positions_closed: null,
    });
    expect(evaluationPeriodSchema.parse(created[0])).toEqual(created[0]);
  });

  it.each(["2021-01-04", "2021-02-02", "2021-02-03"])("stay as they are on %s", (today) => {
    expect(roll(today, started())).toEqual({ completed: [], created: [], problem: null });
  });

  it("end on the day after their last, and the next begin where they ended", () => {
    const grown = facts.map((fact) => ({ ...fact, portfolio: { ...fact.portfolio, current_value_cents: 10_500_000 } }));
    const { completed, created } = roll("2021-02-04", started(), grown);
    expect(completed).toHaveLength(4);
    expect(completed[0]).toMatchObject({
      id: "stocks_quality.2021-01-04",
      status: "completed",
      portfolio_return_pct: 5,
      // 3700 → 3811
      sp500_return_pct: 3,
      relative_performance: 2,
      beat_benchmark: true,
      avg_return_pct: 0,
      signal_accuracy_pct: 0,
    });
    expect(created.map(({ period_start, period_end }) => `${period_start} ${period_end}`)).toEqual(
      Array(4).fill("2021-02-03 2021-03-05"),
    );
    expect(created[0]?.value_at_period_start_cents).toBe(10_500_000);
  });

  it("catch up with several windows, those between at today's value", () => {
    const grown = facts.map((fact) => ({ ...fact, portfolio: { ...fact.portfolio, current_value_cents: 9_000_000 } }));
    const { completed, created } = roll("2021-03-10", started(), grown);
    expect(completed.filter(({ portfolio_id }) => portfolio_id === "stocks_quality")).toMatchObject([
      { period_start: "2021-01-04", portfolio_return_pct: -10, sp500_return_pct: 3, beat_benchmark: false },
      // 3811 → 3848
      { period_start: "2021-02-03", portfolio_return_pct: 0, sp500_return_pct: 0.9709, status: "completed" },
    ]);
    expect(completed).toHaveLength(8);
    expect(created.map(({ period_start }) => period_start)).toEqual(Array(4).fill("2021-03-05"));
  });

  it("are left alone where they are not one per portfolio and window", () => {
    const four = started();
    const [first] = four;
    if (first === undefined) throw new Error("four periods");
    for (const active of [
      [...four, { ...first, id: "twice" }],
      four.slice(1),
      [{ ...first, period_end: "2021-02-10" }, ...four.slice(1)],
    ]) {
      const result = roll("2021-02-04", active);
      expect(result).toMatchObject({ completed: [], created: [] });
      expect(result.problem).toMatch(/evaluation period/);
    }
  });
});

describe("a period's figures", () => {
  const [period] = started();
  if (period === undefined) throw new Error("four periods");

  it("count the positions that closed inside it", () => {
    const positions = [
      closedPosition(10_000, 2, "2021-01-03"),
      closedPosition(10_000, 2, "2021-01-04"),
      closedPosition(1, 0.01, "2021-02-02"),
      closedPosition(0, 0, "2021-01-20"),
      closedPosition(-30_000, -6, "2021-01-20"),
      closedPosition(90_000, 9, "2021-02-03"),
      { ...closedPosition(90_000, 9, "2021-01-20"), status: "open" as const },
    ];
    expect(
      periodMetrics(period, { portfolio: portfolio(), positions, values: [] }, "2021-02-03", benchmark),
    ).toMatchObject({
      total_positions_closed: 4,
      winning_positions: 2,
      losing_positions: 2,
      // (2 + 0.01 + 0 − 6) / 4
      avg_return_pct: -0.9975,
      signal_accuracy_pct: 0.5,
    });
  });

  it("lack the benchmark where a close is missing", () => {
    const value = { ...portfolio(), current_value_cents: 10_100_000 };
    expect(
      periodMetrics(period, { portfolio: value, positions: [], values: [] }, "2021-01-20", benchmark),
    ).toMatchObject({
      portfolio_return_pct: 1,
      sp500_return_pct: null,
      relative_performance: null,
      beat_benchmark: null,
    });
  });

  const worth = (date: string, value_cents: number, benchmark_price: number | null): PortfolioValue => ({
    ...{
      portfolio_id: "stocks_quality",
      date,
      value_cents,
      net_value_cents: value_cents,
      valued_at: `${date}T15:30:00.000Z`,
    },
    benchmark_price,
  });

  it("begin and end with the last values of both sides on or before those days", () => {
    const values = [
      worth("2021-01-02", 10_000_000, 3650),
      worth("2021-01-15", 9_000_000, 3000),
      worth("2021-02-01", 10_200_000, 3723),
      worth("2021-02-04", 20_000_000, 9999),
    ];
    const now = { ...portfolio(), current_value_cents: 20_000_000 };
    // 3650 → 3723, whatever the closes of the first and the last day are.
    expect(periodMetrics(period, { portfolio: now, positions: [], values }, "2021-02-03", benchmark)).toMatchObject({
      ...{ value_at_period_start_cents: 10_000_000, portfolio_return_pct: 2, sp500_return_pct: 2 },
      ...{ relative_performance: 0, beat_benchmark: false },
    });
  });

  it("take the closes of both values' days where the index was not kept with one of them", () => {
    const values = [worth("2021-01-04", 10_000_000, null), worth("2021-02-03", 10_200_000, 3723)];
    const fact = { portfolio: portfolio(), positions: [], values };
    // 3700 → 3811
    expect(periodMetrics(period, fact, "2021-02-03", benchmark)).toMatchObject({ sp500_return_pct: 3 });
    expect(periodMetrics(period, fact, "2021-02-03", () => null)).toMatchObject({ sp500_return_pct: null });
  });

  it("say of a window without a run that neither side moved", () => {
    const values = [worth("2021-01-04", 10_000_000, 3700), worth("2021-01-29", 10_500_000, 3737)];
    const rolled = roll(
      "2021-03-10",
      started(),
      facts.map((fact) => ({ ...fact, values })),
    );
    expect(rolled.completed.filter(({ portfolio_id }) => portfolio_id === "stocks_quality")).toMatchObject([
      { portfolio_return_pct: 5, sp500_return_pct: 1, beat_benchmark: true },
      { value_at_period_start_cents: 10_500_000, portfolio_return_pct: 0, sp500_return_pct: 0, beat_benchmark: false },
    ]);
    expect(rolled.created[0]).toMatchObject({ period_start: "2021-03-05", value_at_period_start_cents: 10_500_000 });
  });

  it("do not call equality a beat", () => {
    const value = { ...portfolio(), current_value_cents: 10_300_000 };
    expect(
      periodMetrics(period, { portfolio: value, positions: [], values: [] }, "2021-02-03", benchmark),
    ).toMatchObject({
      relative_performance: 0,
      beat_benchmark: false,
    });
  });
});

/** Evidence that stops nobody. */
const enough: Evidence = {
  ...{ periods: 3, independentTrades: 20, tradingDays: 60, pairs: 54 },
  excess: { mean: 0.002, standardError: 0.0004, bound: 0.0001 },
};

describe("graduation", () => {
  const starts = ["2021-01-04", "2021-02-03", "2021-03-05"];
  function periods(quality: (number | null)[], consensus: number[]): EvaluationPeriod[] {
    return [quality, consensus].flatMap((relatives, type) =>
      relatives.flatMap((relative_performance, index): EvaluationPeriod[] => {
        const [template] = started();
        if (template === undefined) return [];
        return [
          {
            ...template,
            status: "completed",
            signal_type: type === 0 ? "quality" : "consensus",
            period_start: starts[index] ?? "2021-04-04",
            period_end: starts[index + 1] ?? "2021-04-04",
            relative_performance,
          },
        ];
      }),
    );
  }

  it.each([
    { quality: [3, -2, 5], consensus: [1, -4, 2], isReady: true, leader: "quality" },
    { quality: [1, -15, 2], consensus: [0, -16, 0], isReady: true, leader: "quality" },
    { quality: [1, -15.01, 2], consensus: [0, -16, 0], isReady: false, leader: "quality" },
    { quality: [1, 0, 0], consensus: [0, -1, -1], isReady: false, leader: "quality" },
    { quality: [1, 1, 1], consensus: [2, 3, 4], isReady: true, leader: "consensus" },
    { quality: [3, 1, 3], consensus: [1, 2, 1], isReady: false, leader: null },
    { quality: [3, 1, 3], consensus: [1, 1, 1], isReady: false, leader: null },
    { quality: [3, 3], consensus: [1, 1], isReady: false, leader: null },
    { quality: [3, null, 3], consensus: [1, 1, 1], isReady: false, leader: null },
  ])(
    "with quality $quality and consensus $consensus is ready: $isReady, led by $leader",
    ({ quality, consensus, isReady, leader }) => {
      const result = assessGraduation(periods(quality, consensus), () => enough);
      expect(result).toMatchObject({ isReady, leader });
      expect(result.reasons.length === 0).toBe(isReady);
    },
  );

  it("needs periods without a gap between", () => {
    const late = periods([3, 2, 5], [1, 1, 1]).map((each) =>
      each.period_start === "2021-03-05" ? { ...each, period_start: "2021-03-06" } : each,
    );
    expect(assessGraduation(late, () => enough)).toMatchObject({ isReady: false, leader: null });
  });

  it("says all conditions with what is measured and needed", () => {
    const { conditions } = assessGraduation(periods([3, -2, 5], [1, -4, 2]), () => enough);
    expect(conditions).toEqual([
      { condition: "consecutive_periods", isMet: true, measured: 3, needed: 3 },
      { condition: "periods_with_a_benchmark", isMet: true, measured: 6, needed: 6 },
      { condition: "periods_led", isMet: true, measured: 3, needed: 3 },
      { condition: "periods_that_beat_the_index", isMet: true, measured: 2, needed: 2 },
      { condition: "worst_period", isMet: true, measured: -2, needed: -15 },
      { condition: "independent_trades", isMet: true, measured: 20, needed: 20 },
      { condition: "days_with_both_values", isMet: true, measured: 0.9, needed: 0.9 },
      { condition: "mean_daily_excess_bound", isMet: true, measured: 0.0001, needed: 0 },
    ]);
  });

  it("does not tell the leader's conditions before there is one", () => {
    const { conditions, reasons } = assessGraduation(periods([3, 1, 3], [1, 2, 1]), () => enough);
    expect(conditions.filter(({ isMet }) => !isMet).map(({ measured }) => measured)).toEqual([
      2,
      ...Array(5).fill(null),
    ]);
    expect(reasons).toEqual(["No signal type was the better one in all three periods."]);
  });

  it.each([
    [{ independentTrades: 19 }, "Only 19 independent trades are closed, of 20 that are needed."],
    [{ pairs: 53 }, "Only 53 of 60 trading days have the portfolio's and the index's value of one moment."],
    [
      { pairs: 0, tradingDays: 0 },
      "Only 0 of 0 trading days have the portfolio's and the index's value of one moment.",
    ],
    [{ excess: null }, "There are too few days to compare the mean daily return with the index's."],
    [
      { excess: { mean: 0.0015, standardError: 0.0004, bound: -0.00034 } },
      "The mean daily return beyond the index is 0.15 %; its lower bound, -0.034 %, is not above 0.",
    ],
    [
      { excess: { mean: 0, standardError: 0, bound: 0 } },
      "The mean daily return beyond the index is 0 %; its lower bound, 0 %, is not above 0.",
    ],
  ])("is refused with %j, and says how far it is", (changes: Partial<Evidence>, reason) => {
    const result = assessGraduation(periods([3, -2, 5], [1, -4, 2]), () => ({ ...enough, ...changes }));
    expect(result).toMatchObject({ isReady: false, leader: "quality", reasons: [reason] });
  });

  it("is refused where nothing is known of the days, and says all that is missing", () => {
    const nothing = { periods: 3, independentTrades: 0, tradingDays: 60, pairs: 0, excess: null };
    expect(assessGraduation(periods([3, -2, 5], [1, -4, 2]), () => nothing).reasons).toHaveLength(3);
  });
});
