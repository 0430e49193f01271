import { describe, expect, it } from "vitest";
import * as z from "zod";
import { put, remove } from "../../lib/store/actions.ts";
import { portfolioNames } from "../../lib/trading/positions/accounts.ts";
import { call } from "../support/cloud.ts";
import { completedPeriods } from "../support/evaluation-periods.ts";
import { useOpenings } from "../support/openings.ts";
import { signalOf } from "../support/seeds.ts";
import { prediction } from "../support/trading.ts";
import { seedPredictions } from "../support/trading-seeds.ts";

const desk = useOpenings("old-realms");
const { begin, run, portfolio } = desk;

/** As an installation leaves it that has run before there was any trading: a configuration and signals, no account. */
async function beginOld(signals: Parameters<typeof begin>[0] = [{}]) {
  const services = await begin(signals);
  const { keys, transact } = services.store;
  const newer = ["commission_stock_usd", "commission_option_usd", "slippage_stock_pct", "slippage_option_pct"];
  await transact([
    ...portfolioNames.map((name) => remove(keys.portfolio(name))),
    ...newer.map((name) => remove(keys.configuration(name))),
  ]);
  return services;
}

describe("a realm from before paper trading", () => {
  it("trades with its next run, from the same $100,000", async () => {
    await beginOld();
    expect(await run()).toMatchObject({ status: "completed", positions_opened: 2 });
    // 35 shares at 142.50 are 4,987.50
    expect(await portfolio("stocks_quality")).toMatchObject({
      cash_available_cents: 9_501_250,
      current_value_cents: 10_000_000,
      open_position_ids: ["2026-03-02.GME.quality.stocks_quality"],
    });
    expect(await portfolio("options_consensus")).toMatchObject({ cash_available_cents: 10_000_000, version: 1 });
  });

  it("completes a run that has nothing to trade", async () => {
    await beginOld([]);
    expect(await run()).toMatchObject({ status: "completed", positions_opened: 0 });
  });

  it("has accounts whose prices can be refreshed, before and after", async () => {
    await beginOld([]);
    const refresh = () => call("api/refresh-prices", { params: { id: "stocks_quality" }, body: {} });
    expect(await refresh()).toMatchObject({ status: 200 });
    expect(await refresh()).toMatchObject({ status: 200 });
    expect((await run()).status).toBe("completed");
    expect(await portfolio("stocks_quality")).toMatchObject({ cash_available_cents: 10_000_000 });
  });

  it("shows the signals of then, in the list and one by one", async () => {
    const services = await beginOld([]);
    const { keys, transact } = services.store;
    const signal = signalOf({ signal_date: "2026-02-27" });
    await transact([put({ ...keys.formerSignal(signal.id), ...keys.signalIndex(signal), ...signal })]);
    const [listed] = (await call("api/list-signals", { query: {} })).body.data;
    expect(listed.id).toBe("2026-02-27.GME.quality");
    expect(await call("api/get-signal", { params: { id: listed.id } })).toMatchObject({ status: 200 });
  });

  it("says the same of an account's beginning at any time", async () => {
    const services = await beginOld([]);
    const ofOne = async () => (await call("api/get-portfolio", { params: { id: "stocks_quality" } })).body.data;
    const before = await ofOne();
    desk.stage.cloud.time.now = new Date(Date.parse(services.clock.now().toISOString()) + 86_400_000);
    expect(await ofOne()).toEqual(before);
  });
});

describe("a realm from before verdicts were after costs", () => {
  const [first, second] = completedPeriods("quality", [1, 2]);

  /** As it was stored then: a period without its figures after costs, and a prediction that gained less than it cost. */
  async function beginGross() {
    const services = await begin([]);
    const { keys, putMany } = services.store;
    const periods = [first, second].flatMap((period) => {
      if (!period) return [];
      const { gross: _, net_value_at_period_start_cents: __, sp500_total_return_pct: ___, ...former } = period;
      return [{ ...keys.evaluationPeriod(former.portfolio_id, former.period_start), ...former }];
    });
    const value = (date: string, value_cents: number, net_value_cents: number, benchmark_price: number) => ({
      ...keys.portfolioValue("stocks_quality", date),
      ...{ portfolio_id: "stocks_quality", date, value_cents, net_value_cents, benchmark_price },
      valued_at: `${date}T15:30:00.000Z`,
    });
    // Of the second period, from 22 January to 21 February, both ends; of the first only its end.
    await putMany([
      ...periods,
      value("2026-01-22", 10_000_000, 9_900_000, 5000),
      value("2026-02-20", 10_400_000, 10_197_000, 5100),
    ]);
    const gained = { simulated_pnl_cents: 10_000, trading_costs_cents: 12_750, simulated_return_pct: 0.05 };
    const resolved = { status: "resolved" as const, contracts_remaining: 0, resolved_at: "2026-02-27T15:30:00.000Z" };
    await seedPredictions(services, [prediction({ ...resolved, ...gained, is_correct: true })]);
    return services;
  }
  const shown = async () =>
    (await call("api/list-evaluation-periods", { query: { portfolio_id: "stocks_quality" } })).body;

  it("says that its completed periods are before costs, and proves nothing by them", async () => {
    await beginGross();
    const { data, meta } = await shown();
    expect(data).toMatchObject([
      { relative_performance: 2, gross: null, missing: ["net"] },
      { relative_performance: 1, gross: null, missing: ["net"] },
    ]);
    expect(meta.graduation.evidence.quality).toMatchObject({ periods: 0, mean_daily_excess: null });
  });

  it("has them measured anew by its next run where their values were kept, and left as they are where not", async () => {
    await beginGross();
    expect((await run()).status).toBe("completed");
    const [, later, earlier] = (await shown()).data;
    // 99,000 → 101,970 dollars after costs, 100,000 → 104,000 before, and the index 5000 → 5100.
    expect(later).toMatchObject({
      ...{ portfolio_return_pct: 3, sp500_return_pct: 2, relative_performance: 1, beat_benchmark: true, missing: [] },
      gross: { portfolio_return_pct: 4, relative_performance: 2 },
    });
    expect(earlier).toMatchObject({ portfolio_return_pct: 4, relative_performance: 1, gross: null, missing: ["net"] });
  });

  it("keeps the verdicts on its predictions, and shows what they came to after costs", async () => {
    await beginGross();
    const [listed] = (await call("api/list-predictions")).body.data;
    expect(listed).toMatchObject({ simulated_return_pct: 0.05, is_correct: true });
    expect(listed.net).toEqual({ trading_costs: 127.5, simulated_return_pct: -0.01375 });
  });
});

describe("a realm that was never used", () => {
  it("has accounts whose prices can be refreshed", async () => {
    const services = desk.stage.begin("old-realms-unused", undefined);
    const answer = await call("api/refresh-prices", { params: { id: "options_quality" }, body: {} });
    expect(answer.status).toBe(200);
    expect(answer.body.data.portfolio).toMatchObject({ current_value: 100_000, cash_available: 100_000 });
    expect((await services.store.query({ pk: services.store.keys.portfolio("").pk }, z.unknown())).items).toHaveLength(
      1,
    );
  });
});
