import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openRealm } from "../../lib/realm/state.ts";
import { evaluationPeriodSchema } from "../../lib/trading/evaluation/record.ts";
import { startYahooStandIn } from "../../localstack/standins/yahoo/server.ts";
import { useEndpoints } from "../support/endpoints.ts";
import {
  activePeriod as active,
  completedPeriods as completed,
  seedEvidence,
  seedPeriods,
} from "../support/evaluation-periods.ts";
import { marketOf } from "../support/market.ts";
import { changePortfolio, seedPositions, stockOf } from "../support/trading-seeds.ts";

const api = useEndpoints();
const { ask, refusal } = api;

let yahoo: Awaited<ReturnType<typeof startYahooStandIn>>;
let asked: number;
let isDown: boolean;

beforeAll(async () => {
  const closes: Record<string, number> = { "2026-02-20": 5000, "2026-02-27": 5100, "2026-03-02": 5200 };
  yahoo = await startYahooStandIn({
    // Monday opens at 5150.
    market: marketOf({ "^GSPC": (day, candle) => (day === "2026-03-02" && candle === 0 ? 5150 : (closes[day] ?? 1)) }),
    faults: () => {
      asked++;
      return isDown ? { status: 503, body: "{}" } : undefined;
    },
  });
});
afterAll(() => yahoo.close());
beforeEach(async () => {
  [asked, isDown] = [0, false];
  // Monday, 10:30 in New York.
  enterAt("2026-03-02T15:30:00Z");
});

const enterAt = (clock: string) =>
  api.enter({ YAHOO_BASE_URL: yahoo.url, YAHOO_STAND_IN: "true", MARKET_CLOCK: clock });
const periodsOf = (portfolio_id: string) => ask("GET /evaluation-periods", { query: { portfolio_id } });
const setValue = (portfolio: string, cents: number) =>
  changePortfolio(api.services, portfolio, { current_value_cents: cents });

describe("GET /evaluation-periods", () => {
  it("has none before the first run, and nobody is asked for prices", async () => {
    const { status, body } = await periodsOf("options_consensus");
    expect([status, body.data]).toEqual([200, []]);
    expect(body.meta).toMatchObject({
      portfolio_id: "options_consensus",
      total: 0,
      graduation: {
        is_ready: false,
        leader: null,
        reasons: ["Fewer than three consecutive periods are complete."],
      },
    });
    expect(asked).toBe(0);
  });

  it("shows completed periods as they are stored, newest first, in dollars", async () => {
    await seedPeriods(api.services, completed("quality", [1, null]));
    const { body } = await periodsOf("stocks_quality");
    expect(body.meta.total).toBe(2);
    const results = {
      portfolio_return_pct: 4,
      relative_performance: null,
      beat_benchmark: null,
      winning_positions: 2,
      losing_positions: 1,
      avg_return_pct: 1.5,
      signal_accuracy_pct: 0.666667,
    };
    expect(body.data).toEqual([
      {
        id: "stocks_quality.2026-01-22",
        portfolio_id: "stocks_quality",
        period_start: "2026-01-22",
        period_end: "2026-02-21",
        instrument_type: "stock",
        signal_type: "quality",
        status: "completed",
        ...results,
        sp500_return_pct: null,
        sp500_total_return_pct: null,
        total_positions_closed: 3,
        gross: results,
        value_at_period_start: 100_500.5,
        net_value_at_period_start: 100_500.5,
        missing: ["sp500"],
        created_at: "2026-02-21T15:30:00.000Z",
      },
      expect.objectContaining({ id: "stocks_quality.2025-12-23", sp500_return_pct: 3, missing: [] }),
    ]);
    expect((await periodsOf("stocks_consensus")).body.data).toEqual([]);
    expect(asked).toBe(0);
  });

  it("shows what an active period has come to so far, without storing it", async () => {
    await openRealm(api.services);
    const sold = { status: "closed" as const, shares_remaining: 0, position_size_cents: 100_000 };
    const closed = { ...sold, realized_pnl_cents: 5_000, trading_costs_cents: 1_000 };
    await seedPositions(api.services, [
      stockOf({ ticker: "A", ...closed, exit_date: "2026-02-20", realized_return_pct: 50 }),
      stockOf({ ticker: "B", ...closed, exit_date: "2026-02-21", realized_return_pct: 5 }),
      stockOf({ ticker: "C", ...closed, exit_date: "2026-03-02", realized_pnl_cents: 0, realized_return_pct: 0 }),
      stockOf({ ticker: "D", ...closed, portfolio_id: "stocks_consensus", exit_date: "2026-02-27" }),
      stockOf({ ticker: "E", realized_pnl_cents: 5_000 }),
    ]);
    await seedPeriods(api.services, [active, ...completed("quality", [1])]);
    await setValue("stocks_quality", 10_251_051);
    const { body } = await periodsOf("stocks_quality");
    expect(body.data).toHaveLength(2);
    expect(body.data[0]).toMatchObject({
      status: "active",
      // 100,500.50 → 102,510.51 less 30 of costs
      portfolio_return_pct: 1.9701,
      // Friday's 5000 → 5150, at which Monday opened
      sp500_return_pct: 3,
      relative_performance: -1.0299,
      beat_benchmark: false,
      total_positions_closed: 2,
      winning_positions: 1,
      losing_positions: 1,
      // (4 − 1) / 2; before costs (5 + 0) / 2
      avg_return_pct: 1.5,
      signal_accuracy_pct: 0.5,
      gross: { portfolio_return_pct: 2, relative_performance: -1, winning_positions: 1, avg_return_pct: 2.5 },
      missing: [],
      value_at_period_start: 100_500.5,
    });
    const { keys, get } = api.services.store;
    expect(await get(keys.evaluationPeriod("stocks_quality", "2026-02-21"), evaluationPeriodSchema)).toEqual(active);
  });

  it.each([
    { at: "on Sunday, with Friday's close", clock: "2026-03-01T15:30:00Z", percent: 2 },
    { at: "before Monday's opening, with Friday's close", clock: "2026-03-02T13:30:00Z", percent: 2 },
    { at: "after Monday's close, with that", clock: "2026-03-02T22:00:00Z", percent: 4 },
  ])("compares with the S&P 500 $at", async ({ clock, percent }) => {
    enterAt(clock);
    await seedPeriods(api.services, [active]);
    expect((await periodsOf("stocks_quality")).body.data).toMatchObject([{ sp500_return_pct: percent }]);
  });

  it("has no figures of the benchmark while no prices can be had", async () => {
    isDown = true;
    await seedPeriods(api.services, [{ ...active, net_value_at_period_start_cents: 8_000_000 }]);
    const none = { sp500_return_pct: null, relative_performance: null, beat_benchmark: null };
    expect((await periodsOf("stocks_quality")).body.data).toMatchObject([
      { portfolio_return_pct: 25, ...none, missing: ["sp500"] },
    ]);
    isDown = false;
    expect((await periodsOf("stocks_quality")).body.data).toMatchObject([{ sp500_return_pct: 3, missing: [] }]);
  });

  it.each([
    { quality: [9, 3, 2, 5], consensus: [1, -1, 2], graduation: { is_ready: true, leader: "quality", reasons: [] } },
    {
      quality: [3, 2, 5],
      consensus: [1, 4, 2],
      graduation: {
        is_ready: false,
        leader: null,
        reasons: ["No signal type was the better one in all three periods."],
      },
    },
    {
      quality: [-20, -1, 5],
      consensus: [-21, -2, 2],
      graduation: {
        is_ready: false,
        leader: "quality",
        reasons: [
          "Fewer than two of the three periods beat the benchmark.",
          "A period was more than 15 points worse than the benchmark.",
        ],
      },
    },
  ])("says with every portfolio whether paper trading may end: $graduation", async (expected) => {
    const { quality, consensus, graduation } = expected;
    await seedEvidence(api.services, "quality");
    await seedPeriods(api.services, [
      active,
      ...completed("quality", quality),
      ...completed("consensus", consensus),
      // Options are supplementary.
      ...completed("quality", [-50, -50, -50]).map((period) => ({
        ...period,
        portfolio_id: "options_quality",
        instrument_type: "option" as const,
      })),
    ]);
    expect((await periodsOf("options_consensus")).body.meta.graduation).toMatchObject(graduation);
    expect((await periodsOf("stocks_quality")).body.meta).toMatchObject({ total: quality.length + 1, graduation });
  });

  it("shows all conditions of graduation and what each type of signal has come to", async () => {
    await seedPeriods(api.services, [...completed("quality", [3, 2, 5]), ...completed("consensus", [1, -1, 2])]);
    await seedEvidence(api.services, "quality");
    const { conditions, evidence } = (await periodsOf("stocks_quality")).body.meta.graduation;
    expect(conditions).toHaveLength(8);
    expect(conditions[5]).toEqual({ condition: "independent_trades", is_met: true, measured: 20, needed: 20 });
    // 0.2 % less 0.1 % a day, but for cents.
    expect(evidence).toMatchObject({
      quality: {
        ...{ periods: 3, independent_trades: 20, trading_days: 60, days_with_both_values: 60 },
        ...{ mean_daily_excess: 0.001, mean_daily_excess_error: 0, mean_daily_excess_bound: expect.closeTo(0.001, 6) },
      },
      consensus: { periods: 3, independent_trades: 0, days_with_both_values: 0, mean_daily_excess: null },
    });
  });

  it.each([
    [{}, "portfolio_id"],
    [{ portfolio_id: "" }, "portfolio_id"],
    [{ portfolio_id: "1" }, "portfolio_id"],
    [{ portfolio_id: "Stocks_Quality" }, "portfolio_id"],
    [{ portfolio_id: "stocks_quality", limit: "5" }, "limit"],
  ])("refuses %j because of %s", async (query: Record<string, string>, field) => {
    expect(await refusal("GET /evaluation-periods", { query })).toMatchObject({ status: 422, details: [{ field }] });
  });
});
