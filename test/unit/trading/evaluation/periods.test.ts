import { describe, expect, it } from "vitest";
import { filledIn, measured } from "../../../../lib/trading/evaluation/figures.ts";
import { assessGraduation, type Evidence } from "../../../../lib/trading/evaluation/graduation.ts";
import { rollPeriods } from "../../../../lib/trading/evaluation/periods.ts";
import { type EvaluationPeriod, evaluationPeriodSchema } from "../../../../lib/trading/evaluation/record.ts";
import { type Benchmark, noBenchmark } from "../../../../lib/trading/market/bars.ts";
import { openPosition } from "../../../../lib/trading/openings/new-position.ts";
import type { PortfolioValue, Position } from "../../../../lib/trading/positions/record.ts";
import { completedPeriods } from "../../../support/evaluation-periods.ts";
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
const benchmark: Benchmark = {
  close: (day) => closes[day] ?? null,
  price: new Map(Object.entries(closes)),
  total: new Map([
    ["2021-01-04", 7400],
    ["2021-02-03", 7696],
  ]),
};

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
    trading_costs_cents: 0,
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
      // 3700 → 3811, and with dividends 7400 → 7696
      sp500_return_pct: 3,
      sp500_total_return_pct: 4,
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
      closedPosition(50, 0.01, "2021-02-02"),
      closedPosition(0, 0, "2021-01-20"),
      closedPosition(-30_000, -6, "2021-01-20"),
      closedPosition(90_000, 9, "2021-02-03"),
      { ...closedPosition(90_000, 9, "2021-01-20"), status: "open" as const },
    ];
    expect(measured(period, { portfolio: portfolio(), positions, values: [] }, "2021-02-03", benchmark)).toMatchObject({
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
    expect(measured(period, { portfolio: value, positions: [], values: [] }, "2021-01-20", benchmark)).toMatchObject({
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

  it("are after trading costs, and before them beside", () => {
    const positions = [
      { ...closedPosition(10_000, 2, "2021-01-04"), trading_costs_cents: 500 },
      // What it gained is what it cost.
      { ...closedPosition(500, 0.1, "2021-01-20"), trading_costs_cents: 500 },
      { ...closedPosition(-20_000, -4, "2021-01-20"), trading_costs_cents: 1_000 },
    ];
    // 3 % and a half, of which costs leave 2.9 %, while the index gained 3 %.
    const values = [
      { ...worth("2021-01-04", 10_000_000, null), net_value_cents: 10_000_000 },
      { ...worth("2021-02-03", 10_350_000, null), net_value_cents: 10_290_000 },
    ];
    expect(measured(period, { portfolio: portfolio(), positions, values }, "2021-02-03", benchmark)).toMatchObject({
      ...{ portfolio_return_pct: 2.9, relative_performance: -0.1, beat_benchmark: false },
      ...{ total_positions_closed: 3, winning_positions: 1, losing_positions: 2, signal_accuracy_pct: 0.333333 },
      // Of 5,000 dollars 95, 0 and −210: (1.9 + 0 − 4.2) / 3
      avg_return_pct: -0.7667,
      gross: {
        ...{ portfolio_return_pct: 3.5, relative_performance: 0.5, beat_benchmark: true },
        ...{ winning_positions: 2, losing_positions: 1, signal_accuracy_pct: 0.666667 },
        // (2 + 0.1 − 4) / 3
        avg_return_pct: -0.6333,
      },
    });
  });

  it("answer for what their portfolio's first day cost, and later ones only for what came after them", () => {
    // What was bought on the first day, before it was valued, cost 1,000 dollars, another 1,000 went until the second period, and 1,000 in it.
    const values = [
      { ...worth("2021-01-04", 10_000_000, 3700), net_value_cents: 9_900_000 },
      { ...worth("2021-02-03", 10_200_000, 3811), net_value_cents: 10_000_000 },
      { ...worth("2021-03-05", 10_200_000, 3848), net_value_cents: 9_900_000 },
    ];
    const valued = facts.map((fact) => ({ ...fact, values }));
    const [begun] = roll("2021-01-04", [], valued).created;
    expect(begun).toMatchObject({ ...worthAtStart(10_000_000, 10_000_000) });
    const { completed, created } = roll("2021-03-06", roll("2021-01-04", [], valued).created, valued);
    expect(completed.filter(({ portfolio_id }) => portfolio_id === "stocks_quality")).toMatchObject([
      // 100,000 → 100,000, and 100,000 → 99,000
      { ...worthAtStart(10_000_000, 10_000_000), portfolio_return_pct: 0, gross: { portfolio_return_pct: 2 } },
      { ...worthAtStart(10_200_000, 10_000_000), portfolio_return_pct: -1, gross: { portfolio_return_pct: 0 } },
    ]);
    expect(created[0]).toMatchObject({ period_start: "2021-03-05", ...worthAtStart(10_200_000, 9_900_000) });
  });

  it("of a portfolio's first days count what its first day gained as well, since the index's moment of then", () => {
    const first = worth("2021-01-04", 10_000_000, 3700);
    const [begun] = roll(
      "2021-01-04",
      [],
      facts.map((fact) => ({ ...fact, values: [first] })),
    ).created;
    if (begun === undefined) throw new Error("a period");
    // A later run of that day sold for 399.57 more than was paid, and 2.99 of costs; the index fell by a percent until then.
    const values = [
      { ...worth("2021-01-04", 10_039_957, 3663), net_value_cents: 10_039_658 },
      { ...worth("2021-02-03", 10_039_957, 3737), net_value_cents: 10_039_658 },
    ];
    expect(measured(begun, { portfolio: portfolio(), positions: [], values }, "2021-02-03", benchmark)).toMatchObject({
      ...worthAtStart(10_000_000, 10_000_000),
      // 3700 → 3737
      ...{ portfolio_return_pct: 0.3966, sp500_return_pct: 1, relative_performance: -0.6034 },
      gross: { portfolio_return_pct: 0.3996 },
    });
  });
  const worthAtStart = (gross: number, net: number) => ({
    ...{ value_at_period_start_cents: gross, net_value_at_period_start_cents: net },
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
    expect(
      measured({ ...period, first_worth: null }, { portfolio: now, positions: [], values }, "2021-02-03", benchmark),
    ).toMatchObject({
      ...{ value_at_period_start_cents: 10_000_000, portfolio_return_pct: 2, sp500_return_pct: 2 },
      ...{ relative_performance: 0, beat_benchmark: false },
    });
  });

  it("take the closes of both values' days where the index was not kept with one of them", () => {
    const values = [worth("2021-01-04", 10_000_000, null), worth("2021-02-03", 10_200_000, 3723)];
    const fact = { portfolio: portfolio(), positions: [], values };
    // 3700 → 3811
    expect(measured(period, fact, "2021-02-03", benchmark)).toMatchObject({ sp500_return_pct: 3 });
    expect(measured(period, fact, "2021-02-03", noBenchmark)).toMatchObject({ sp500_return_pct: null });
  });

  it("say of a window without a run that neither side moved", () => {
    const values = [worth("2021-01-04", 10_000_000, 3700), worth("2021-01-29", 10_500_000, 3737)];
    const valued = facts.map((fact) => ({ ...fact, values }));
    const rolled = roll("2021-03-10", roll("2021-01-04", [], valued).created, valued);
    expect(rolled.completed.filter(({ portfolio_id }) => portfolio_id === "stocks_quality")).toMatchObject([
      { portfolio_return_pct: 5, sp500_return_pct: 1, beat_benchmark: true },
      { value_at_period_start_cents: 10_500_000, portfolio_return_pct: 0, sp500_return_pct: 0, beat_benchmark: false },
    ]);
    expect(rolled.created[0]).toMatchObject({ period_start: "2021-03-05", value_at_period_start_cents: 10_500_000 });
  });

  it("give no verdict on a portfolio that was worth nothing", () => {
    const ruined = { ...period, first_worth: null, ...worthAtStart(0, 0) };
    const fact = { portfolio: { ...portfolio(), current_value_cents: 0 }, positions: [], values: [] };
    expect(measured(ruined, fact, "2021-02-03", benchmark)).toMatchObject({
      ...{ portfolio_return_pct: null, sp500_return_pct: 3, relative_performance: null, beat_benchmark: null },
    });
  });

  it("do not call equality a beat", () => {
    const value = { ...portfolio(), current_value_cents: 10_300_000 };
    expect(measured(period, { portfolio: value, positions: [], values: [] }, "2021-02-03", benchmark)).toMatchObject({
      relative_performance: 0,
      beat_benchmark: false,
    });
  });
});

describe("a completed period without a verdict", () => {
  const [begun] = started();
  if (begun === undefined) throw new Error("four periods");
  const value = (date: string, value_cents: number, net_value_cents: number): PortfolioValue => ({
    ...{ portfolio_id: "stocks_quality", date, value_cents, net_value_cents, benchmark_price: null },
    valued_at: `${date}T15:30:00.000Z`,
  });
  const values = [value("2021-01-04", 10_000_000, 10_000_000), value("2021-02-03", 10_400_000, 10_350_000)];
  const fact = { portfolio: portfolio(), positions: [] as Position[], values };
  const completed = { ...measured(begun, fact, "2021-02-03", noBenchmark), status: "completed" as const };

  it("is given it once the index's values are known, and nothing of it is changed otherwise", () => {
    expect(completed).toMatchObject({ portfolio_return_pct: 3.5, sp500_return_pct: null, beat_benchmark: null });
    expect(filledIn(completed, fact, noBenchmark)).toBeNull();
    const filled = filledIn(completed, fact, benchmark);
    expect(filled).toEqual({
      ...completed,
      ...{ sp500_return_pct: 3, sp500_total_return_pct: 4, relative_performance: 0.5, beat_benchmark: true },
      gross: { ...completed.gross, relative_performance: 1, beat_benchmark: true },
    });
    expect(filledIn(filled ?? completed, fact, benchmark)).toBeNull();
  });

  /** As one was completed when verdicts were before costs. */
  const former = {
    ...completed,
    ...{ portfolio_return_pct: 4, sp500_return_pct: 3, relative_performance: 1, beat_benchmark: true },
    ...{ gross: null, net_value_at_period_start_cents: null, sp500_total_return_pct: null },
  };

  it("that was judged before costs is judged after them where its values were kept", () => {
    expect(filledIn(former, fact, benchmark)).toMatchObject({
      ...{ portfolio_return_pct: 3.5, relative_performance: 0.5, gross: { portfolio_return_pct: 4 } },
    });
  });

  it("that was judged before costs stays as it is where its values or now the index's are not known", () => {
    expect(filledIn(former, { ...fact, values: values.slice(1) }, benchmark)).toBeNull();
    expect(filledIn(former, fact, noBenchmark)).toBeNull();
  });
});

/** Evidence that stops nobody. */
const enough: Evidence = {
  ...{ periods: 3, independentTrades: 20, tradingDays: 60, pairs: 54 },
  excess: { mean: 0.002, standardError: 0.0004, bound: 0.0001 },
};

describe("graduation", () => {
  const starts = ["2021-01-04", "2021-02-03", "2021-03-05"];
  const gross = completedPeriods("quality", [1])[0]?.gross ?? null;
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
            gross,
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

  it("does not count a period whose figures are before costs", () => {
    const [first, ...others] = periods([3, 2, 5], [1, 1, 1]);
    const former = [...(first ? [{ ...first, gross: null }] : []), ...others];
    expect(assessGraduation(former, () => enough)).toMatchObject({
      isReady: false,
      leader: null,
      reasons: ["A period has no verdict: the S&P 500's value or its own after costs is not known (`missing`)."],
    });
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
