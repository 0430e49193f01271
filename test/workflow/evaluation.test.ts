import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler } from "../../functions/phases/roll-evaluation.ts";
import { analysisStart, runSchema } from "../../lib/analysis/run.ts";
import { openRealm } from "../../lib/realm/state.ts";
import { newYorkDay } from "../../lib/runtime/dates.ts";
import { type Services, useServices } from "../../lib/services.ts";
import { put, update } from "../../lib/store/actions.ts";
import { type EvaluationPeriod, evaluationPeriodSchema } from "../../lib/trading/evaluation/record.ts";
import { saveBars } from "../../lib/trading/market/stored-bars.ts";
import { portfolioNames } from "../../lib/trading/positions/accounts.ts";
import type { Position } from "../../lib/trading/positions/record.ts";
import { dump } from "../support/dump.ts";
import { unmeasured } from "../support/evaluation-periods.ts";
import { type Fault, faultyStore } from "../support/faulty-store.ts";
import { marketOf } from "../support/market.ts";
import { startCloudWithProviders } from "../support/providers.ts";
import { closeOf } from "../support/trading.ts";
import { changePortfolio, optionOf, seedPositions, stockOf } from "../support/trading-seeds.ts";

let stage: Awaited<ReturnType<typeof startCloudWithProviders>>;
let services: Services;
let realm = 0;
let runIds: string[];
/** Days of the S&P 500 the source of daily prices was asked for. */
let asked: string[];
let isYahooDown: boolean;

/** Closes of the S&P 500 that the figures rest on; every other trading day closes at 1. */
const closes: Record<string, number> = {
  "2026-02-27": 4800, // Friday
  "2026-03-02": 5000, // Monday
  "2026-03-05": 4000, // Thursday
  "2026-03-30": 5040, // Monday
  "2026-04-01": 5100, // Wednesday
  "2026-04-02": 5200, // Thursday; Good Friday follows
  "2026-05-01": 4845, // Friday
  "2026-05-29": 5814, // Friday
};

beforeAll(async () => {
  stage = await startCloudWithProviders();
});
afterAll(() => stage.close());
beforeEach(() => begin());

function begin(): void {
  services = stage.begin(`evaluation-${realm++}`, undefined);
  stage.cloud.log.lines.length = 0;
  [runIds, asked, isYahooDown] = [[], [], false];
  stage.scene.market = marketOf({ "^GSPC": (day) => closes[day] ?? 1 });
  stage.scene.yahooFaults = ({ path, query }) => {
    const from = new Date(Number(query.get("period1")) * 1000).toISOString().slice(0, 10);
    if (decodeURIComponent(path).endsWith("^GSPC")) asked.push(from);
    return isYahooDown ? { status: 503, body: "{}" } : undefined;
  };
}

/** A run that has come to phase 7 at this market time. */
async function runAt(marketTime: string): Promise<string> {
  await openRealm(services);
  const id = `01RVN${String(runIds.length).padStart(21, "0")}`;
  runIds.push(id);
  const run = runSchema.parse({
    id,
    status: "running",
    attempt: 1,
    current_phase: 7,
    current_phase_label: "Post-Analysis",
    progress_current: 7,
    progress_total: 7,
    started_at: marketTime,
    attempt_started_at: marketTime,
    completed_at: null,
    error_message: null,
    error_code: null,
    signals_created: 0,
    positions_opened: 0,
    exits_triggered: 0,
    analysis_incomplete_reason: null,
    warnings: null,
    market_time: marketTime,
    trading_day: newYorkDay(new Date(marketTime)),
  });
  const { store } = services;
  const settings = await analysisStart.snapshot(services);
  await store.transact([put({ ...store.keys.run(id), ...run }), put({ ...store.keys.runConfiguration(id), settings })]);
  return id;
}

const roll = async (marketTime: string) => handler({ runId: await runAt(marketTime), attempt: 1 });
/** 10:30 in New York while it has winter time, 11:30 in summer. */
const rollOn = (day: string) => roll(`${day}T15:30:00.000Z`);

async function periods(portfolio = "stocks_quality"): Promise<EvaluationPeriod[]> {
  const { pk } = services.store.keys.evaluationPeriod(portfolio, "");
  return services.store.queryAll({ pk }, evaluationPeriodSchema);
}
const windows = async (portfolio?: string) =>
  (await periods(portfolio)).map(({ period_start, period_end, status }) => `${period_start} ${period_end} ${status}`);
const setValue = (portfolio: string, dollars: number) =>
  changePortfolio(services, portfolio, { current_value_cents: dollars * 100 });
const contents = () => dump(services.store, services.config.environment.REALM, runIds);
const lines = (message: RegExp) => stage.cloud.log.lines.filter((line) => message.test(line.message));

/** What the S&P 500 was when the period began. */
const oldClose = closeOf("2026-03-02", 5000);

/** 5,000 dollars of shares that were closed. */
function closed(ticker: string, exit_date: string, realized_pnl_cents: number, costs = 0): Position {
  const end = { status: "closed" as const, exit_reason: "time_stop" as const, hold_days: 5, shares_remaining: 0 };
  const gained = { position_size_cents: 500_000, realized_pnl_cents, trading_costs_cents: costs };
  return stockOf({ ticker, ...end, exit_date, ...gained, realized_return_pct: realized_pnl_cents / 5_000 });
}

/** The phase of a run, killed before and after each write and done again: its table is that without a fault. Answers the writes. */
async function killedAnywhere(prepare: () => Promise<void>, at: string, summary: object): Promise<number> {
  const doneWith = async (fault: Fault | undefined) => {
    await prepare();
    const runId = await runAt(at);
    const faults = faultyStore(services.store.client);
    faults.set(fault);
    await handler({ runId, attempt: 1 }).catch(() => undefined);
    const writes = faults.count();
    faults.set(undefined);
    expect(await handler({ runId, attempt: 1 })).toEqual(summary);
    return { writes, table: await contents() };
  };
  const { writes, table } = await doneWith(undefined);
  for (const call of Array(writes).keys()) {
    for (const moment of ["before", "after"] as const) {
      expect((await doneWith({ call, moment, kind: "crash" })).table, `${moment} write ${call}`).toEqual(table);
    }
  }
  return writes;
}

describe("the first run", () => {
  it("begins a period for each of the four portfolios, at its value of the moment", async () => {
    await openRealm(services);
    await setValue("options_quality", 99_999.99);
    expect(await rollOn("2026-03-02")).toEqual({ completed: 0, created: 4 });
    const begun = {
      period_start: "2026-03-02",
      period_end: "2026-04-01",
      status: "active",
      ...unmeasured,
      created_at: "2026-03-02T15:30:00.000Z",
    };
    const at = (cents: number) => ({
      value_at_period_start_cents: cents,
      net_value_at_period_start_cents: cents,
      first_worth: { date: "2026-03-02", value_cents: cents, net_value_cents: cents, benchmark_price: null },
    });
    const named = (portfolio_id: string, instrument_type: string, signal_type: string) => ({
      id: `${portfolio_id}.2026-03-02`,
      portfolio_id,
      instrument_type,
      signal_type,
    });
    expect(await periods("stocks_quality")).toEqual([
      { ...begun, ...named("stocks_quality", "stock", "quality"), ...at(10_000_000) },
    ]);
    expect(await periods("stocks_consensus")).toEqual([
      { ...begun, ...named("stocks_consensus", "stock", "consensus"), ...at(10_000_000) },
    ]);
    expect(await periods("options_quality")).toEqual([
      { ...begun, ...named("options_quality", "option", "quality"), ...at(9_999_999) },
    ]);
    expect(await periods("options_consensus")).toEqual([
      { ...begun, ...named("options_consensus", "option", "consensus"), ...at(10_000_000) },
    ]);
    expect(asked).toEqual([]);
  });

  it.each([
    { at: "2026-01-31T15:30:00.000Z", start: "2026-01-31", end: "2026-03-02" },
    { at: "2026-02-28T15:30:00.000Z", start: "2026-02-28", end: "2026-03-30" },
    { at: "2028-02-28T15:30:00.000Z", start: "2028-02-28", end: "2028-03-29" },
    // Across the change to summer time and back.
    { at: "2026-03-01T15:30:00.000Z", start: "2026-03-01", end: "2026-03-31" },
    { at: "2026-10-15T15:30:00.000Z", start: "2026-10-15", end: "2026-11-14" },
    // The evening in New York is already the next day in UTC.
    { at: "2026-03-08T04:59:00.000Z", start: "2026-03-07", end: "2026-04-06" },
    { at: "2026-03-09T03:59:00.000Z", start: "2026-03-08", end: "2026-04-07" },
    { at: "2026-11-01T03:59:00.000Z", start: "2026-10-31", end: "2026-11-30" },
    { at: "2026-11-02T04:59:00.000Z", start: "2026-11-01", end: "2026-12-01" },
    { at: "2026-12-31T23:59:00.000Z", start: "2026-12-31", end: "2027-01-30" },
  ])("at $at begins periods from $start to $end", async ({ at, start, end }) => {
    await roll(at);
    for (const portfolio of portfolioNames) expect(await windows(portfolio)).toEqual([`${start} ${end} active`]);
  });
});

describe("while a period is active", () => {
  it.each(["2026-03-02", "2026-03-03", "2026-04-01"])("nothing changes on %s", async (day) => {
    await rollOn("2026-03-02");
    const before = await Promise.all(portfolioNames.map((portfolio) => periods(portfolio)));
    await setValue("stocks_quality", 120_000);
    expect(await rollOn(day)).toEqual({ completed: 0, created: 0 });
    expect(await Promise.all(portfolioNames.map((portfolio) => periods(portfolio)))).toEqual(before);
    expect(asked).toEqual([]);
  });

  it("its last day lasts until midnight in New York", async () => {
    await rollOn("2026-03-02");
    expect(await roll("2026-04-02T03:59:59.999Z")).toEqual({ completed: 0, created: 0 });
    expect(await roll("2026-04-02T04:00:00.000Z")).toEqual({ completed: 4, created: 4 });
  });
});

describe("the day after its last", () => {
  beforeEach(() => rollOn("2026-03-02"));

  it("a period is completed and the next one begins without a gap, for all four", async () => {
    await setValue("stocks_quality", 103_500);
    await setValue("options_consensus", 97_000);
    expect(await rollOn("2026-04-02")).toEqual({ completed: 4, created: 4 });
    for (const portfolio of portfolioNames) {
      expect(await windows(portfolio)).toEqual(["2026-03-02 2026-04-01 completed", "2026-04-01 2026-05-01 active"]);
    }
    expect((await periods("stocks_quality"))[0]).toMatchObject({
      id: "stocks_quality.2026-03-02",
      portfolio_return_pct: 3.5,
      // 5000 → 5100
      sp500_return_pct: 2,
      relative_performance: 1.5,
      beat_benchmark: true,
      total_positions_closed: 0,
      avg_return_pct: 0,
      signal_accuracy_pct: 0,
      value_at_period_start_cents: 10_000_000,
      created_at: "2026-03-02T15:30:00.000Z",
    });
    expect((await periods("options_consensus")).slice(0, 2)).toMatchObject([
      { portfolio_return_pct: -3, relative_performance: -5, beat_benchmark: false },
      {
        id: "options_consensus.2026-04-01",
        value_at_period_start_cents: 9_700_000,
        portfolio_return_pct: null,
        created_at: "2026-04-02T15:30:00.000Z",
      },
    ]);
  });

  it("its closed positions are counted from its first day to the one before its last", async () => {
    const ofQuality = [
      closed("A", "2026-03-01", 50_000),
      closed("B", "2026-03-02", 20_000, 500),
      closed("C", "2026-03-31", 550, 500),
      closed("D", "2026-03-20", 500, 500),
      closed("E", "2026-03-20", -30_000, 250),
      closed("F", "2026-04-01", 50_000),
      // Half of it was sold with a gain, the rest is held.
      stockOf({ ticker: "G", shares_remaining: 5, realized_pnl_cents: 90_000 }),
    ];
    const end = { status: "closed" as const, exit_date: "2026-03-10", contracts_remaining: 0 };
    const ofOptions = optionOf({ ...end, realized_pnl_cents: 40_000, realized_return_pct: 28.57 });
    await seedPositions(services, [...ofQuality, ofOptions]);
    await rollOn("2026-04-02");
    expect((await periods("stocks_quality"))[0]).toMatchObject({
      total_positions_closed: 4,
      winning_positions: 2,
      losing_positions: 2,
      // (3.9 + 0.01 + 0 − 6.05) / 4
      avg_return_pct: -0.535,
      signal_accuracy_pct: 0.5,
      // (4 + 0.11 + 0.1 − 6) / 4
      gross: { winning_positions: 3, losing_positions: 1, avg_return_pct: -0.4475, signal_accuracy_pct: 0.75 },
    });
    expect((await periods("options_quality"))[0]).toMatchObject({
      total_positions_closed: 1,
      winning_positions: 1,
      // 400 of 1,400 dollars
      avg_return_pct: 28.5714,
      signal_accuracy_pct: 1,
    });
    expect((await periods("stocks_consensus"))[0]).toMatchObject({ total_positions_closed: 0 });
  });

  it("its figures of the benchmark are null where no prices can be had, and the others are there", async () => {
    // Closes that happen to be stored, one of them of two days before the end, are not the ones that are wanted.
    await saveBars(services, [oldClose, { ...oldClose, date: "2026-03-30" }]);
    isYahooDown = true;
    await setValue("stocks_quality", 103_500);
    expect(await rollOn("2026-04-02")).toEqual({ completed: 4, created: 4 });
    expect((await periods("stocks_quality"))[0]).toMatchObject({
      status: "completed",
      portfolio_return_pct: 3.5,
      sp500_return_pct: null,
      relative_performance: null,
      beat_benchmark: null,
      total_positions_closed: 0,
    });
    expect(asked).toHaveLength(4);
    const unanswered = lines(/daily prices could not be had/).map(({ level, fields }) => `${level} ${fields?.ticker}`);
    expect(unanswered.toSorted()).toEqual(["info ^GSPC", "info ^SP500TR"]);
    expect(lines(/./).filter(({ level }) => level === "error")).toEqual([]);
  });

  it("its figures of the benchmark are null where the source has nothing for weeks", async () => {
    await saveBars(services, [oldClose]);
    stage.scene.market = marketOf({ GME: 20 });
    await rollOn("2026-04-02");
    expect((await periods())[0]).toMatchObject({ status: "completed", sp500_return_pct: null, beat_benchmark: null });
  });

  it("the four are completed and the four next begun in one transaction with the end of the phase", async () => {
    const runId = await runAt("2026-04-02T15:30:00.000Z");
    const written: string[][] = [];
    const { store } = services;
    const transact: typeof store.transact = (actions) => {
      written.push(
        actions.map((action) => (action.kind === "put" ? `${action.item.pk}/${action.item.sk}` : action.kind)),
      );
      return store.transact(actions);
    };
    useServices({ ...services, store: { ...store, transact } });
    await handler({ runId, attempt: 1 });
    useServices(services);
    const name = services.config.environment.REALM;
    expect(written.at(-1)?.toSorted()).toEqual(
      [
        ...portfolioNames.flatMap((portfolio) =>
          ["2026-03-02", "2026-04-01"].map((start) => `${name}#PERIODS#${portfolio}/${start}`),
        ),
        `${name}#RUN#${runId}/DONE#RollEvaluation`,
        // That the phase is done is reported as the second event, after that it has begun.
        `${name}#EVENTS/0000000000000002`,
        "update",
        "check",
      ].toSorted(),
    );
    expect(written.slice(0, -1).flat().join()).not.toContain("#PERIODS#");
  });
});

describe("the benchmark", () => {
  it("is the last close before where a period begins on a weekend", async () => {
    await rollOn("2026-02-28"); // Saturday, to Monday the 30th of March
    await rollOn("2026-03-31");
    // 4800 on Friday the 27th → 5040
    expect((await periods())[0]).toMatchObject({ period_end: "2026-03-30", sp500_return_pct: 5 });
    // A week before the first day, because that may follow a long weekend.
    expect(asked).toEqual(["2026-02-23"]);
  });

  it("is the last close before where a period ends on a weekend after a holiday", async () => {
    await rollOn("2026-03-05"); // to Saturday the 4th of April
    await rollOn("2026-04-06");
    // 4000 → 5200 on Thursday the 2nd
    expect((await periods())[0]).toMatchObject({ period_end: "2026-04-04", sp500_return_pct: 30 });
  });

  it("takes closes that are stored already and fetches the rest", async () => {
    await rollOn("2026-03-02");
    await rollOn("2026-04-02");
    expect(asked).toEqual(["2026-02-23"]);
    await rollOn("2026-05-02");
    expect((await periods())[1]).toMatchObject({ sp500_return_pct: -5 }); // 5100 → 4845
    // From the 25th of March on, of which all to the 1st of April was known.
    expect(asked).toEqual(["2026-02-23", "2026-04-02"]);
  });
});

describe("a period that ended while the source of prices was down", () => {
  beforeEach(() => endInOutage());

  async function endInOutage() {
    await rollOn("2026-03-02");
    await setValue("stocks_quality", 103_500);
    await changePortfolio(services, "stocks_quality", { trading_costs_cents: 50_000 });
    isYahooDown = true;
    await rollOn("2026-04-02");
    isYahooDown = false;
  }

  it("is given its verdict by the next run, and is asked for no more then", async () => {
    const [before, next] = await periods();
    expect(before).toMatchObject({ portfolio_return_pct: 3, sp500_return_pct: null, beat_benchmark: null });
    // What the portfolio is worth by now is none of its business.
    await setValue("stocks_quality", 90_000);
    asked = [];
    expect(await rollOn("2026-04-03")).toEqual({ completed: 0, created: 0 });
    expect(await periods()).toEqual([
      {
        ...before,
        ...{ sp500_return_pct: 2, relative_performance: 1, beat_benchmark: true },
        gross: { ...before?.gross, relative_performance: 1.5, beat_benchmark: true },
      },
      next,
    ]);
    for (const portfolio of portfolioNames)
      expect((await periods(portfolio))[0]).toMatchObject({ sp500_return_pct: 2 });
    expect(asked).toEqual(["2026-02-23"]);
    await rollOn("2026-04-06");
    expect(asked).toEqual(["2026-02-23"]);
    expect(lines(/are filled in/)).toMatchObject([{ level: "info", fields: { periods: { length: 4 } } }]);
  });

  it("waits while it is still down, and is given its verdict although the next one ends on that day", async () => {
    isYahooDown = true;
    await rollOn("2026-04-03");
    expect((await periods())[0]).toMatchObject({ status: "completed", sp500_return_pct: null });
    isYahooDown = false;
    expect(await rollOn("2026-05-02")).toEqual({ completed: 4, created: 4 });
    // 5000 → 5100 → 4845
    expect(await periods()).toMatchObject([{ sp500_return_pct: 2 }, { sp500_return_pct: -5 }, { status: "active" }]);
  });

  it("is given the same verdict wherever the phase dies", async () => {
    const prepare = async () => {
      begin();
      await endInOutage();
    };
    // The phase begins, stores the closes in two batches, fills the four in, and ends.
    expect(await killedAnywhere(prepare, "2026-04-03T15:30:00.000Z", { completed: 0, created: 0 })).toBe(5);
  });
});

describe("the index's dividends", () => {
  it("stand beside its price", async () => {
    stage.scene.market = marketOf({
      "^GSPC": (day) => closes[day] ?? 1,
      "^SP500TR": (day) => (day < "2026-04-01" ? 10_000 : 10_250),
    });
    await rollOn("2026-03-02");
    await rollOn("2026-04-02");
    expect((await periods())[0]).toMatchObject({ sp500_return_pct: 2, sp500_total_return_pct: 2.5 });
  });

  it("are not known of an archive without them", async () => {
    await rollOn("2026-03-02");
    await rollOn("2026-04-02");
    expect((await periods())[0]).toMatchObject({ sp500_return_pct: 2, sp500_total_return_pct: null });
  });
});

describe("after several windows without a run", () => {
  it("each is completed, those between at today's value, and the active one holds today", async () => {
    await rollOn("2026-03-02");
    await setValue("stocks_quality", 110_000);
    await seedPositions(services, [closed("A", "2026-04-15", 10_000), closed("B", "2026-05-15", -10_000)]);
    await setValue("stocks_quality", 110_000);
    expect(await rollOn("2026-06-15")).toEqual({ completed: 12, created: 4 });
    expect(await windows("options_quality")).toEqual([
      "2026-03-02 2026-04-01 completed",
      "2026-04-01 2026-05-01 completed",
      "2026-05-01 2026-05-31 completed",
      "2026-05-31 2026-06-30 active",
    ]);
    expect(await periods("stocks_quality")).toMatchObject([
      { portfolio_return_pct: 10, sp500_return_pct: 2, total_positions_closed: 0 },
      // 5100 → 4845
      { portfolio_return_pct: 0, sp500_return_pct: -5, relative_performance: 5, winning_positions: 1 },
      // 4845 → 5814 on Friday the 29th
      { portfolio_return_pct: 0, sp500_return_pct: 20, relative_performance: -20, losing_positions: 1 },
      { value_at_period_start_cents: 11_000_000, portfolio_return_pct: null },
    ]);
    expect(lines(/windows passed without a run/)).toMatchObject([
      { level: "info", fields: { windows: ["2026-04-01", "2026-05-01"] } },
    ]);
  });
});

describe("the phase", () => {
  beforeEach(() => rollOn("2026-03-02"));

  it("done twice, or twice at once, leaves the same table", async () => {
    const runId = await runAt("2026-04-02T15:30:00.000Z");
    const answers = await Promise.all([handler({ runId, attempt: 1 }), handler({ runId, attempt: 1 })]);
    expect(answers).toEqual([
      { completed: 4, created: 4 },
      { completed: 4, created: 4 },
    ]);
    expect(await windows()).toEqual(["2026-03-02 2026-04-01 completed", "2026-04-01 2026-05-01 active"]);
    // What it was about has changed since, and it is done all the same.
    await setValue("stocks_quality", 120_000);
    const after = await contents();
    expect(await handler({ runId, attempt: 1 })).toEqual({ completed: 4, created: 4 });
    expect(await contents()).toEqual(after);
    // The next run of the day finds nothing to do.
    expect(await rollOn("2026-04-02")).toEqual({ completed: 0, created: 0 });
  });

  it("killed before or after any write and done again leaves the same table", async () => {
    const prepare = async () => {
      begin();
      await rollOn("2026-03-02");
    };
    // The phase begins, stores the closes in two batches, and ends.
    expect(await killedAnywhere(prepare, "2026-04-02T15:30:00.000Z", { completed: 4, created: 4 })).toBe(4);
  });

  it("leaves everything as it is where a portfolio has two active periods, and says so", async () => {
    const { store } = services;
    const [first] = await periods();
    const twin = { ...first, id: "stocks_quality.2026-02-20", period_start: "2026-02-20", period_end: "2026-03-22" };
    await store.transact([put({ ...store.keys.evaluationPeriod("stocks_quality", "2026-02-20"), ...twin })]);
    expect(await rollOn("2026-04-02")).toEqual({ completed: 0, created: 0 });
    expect(await windows()).toEqual(["2026-02-20 2026-03-22 active", "2026-03-02 2026-04-01 active"]);
    expect(await windows("options_quality")).toEqual(["2026-03-02 2026-04-01 active"]);
    expect(lines(/left as they are/)).toMatchObject([
      { level: "warn", fields: { problem: "A portfolio has more than one active evaluation period." } },
    ]);
  });

  it("changes none of the four where one is not active any more when it writes", async () => {
    const runId = await runAt("2026-04-02T15:30:00.000Z");
    const { store } = services;
    const transact: typeof store.transact = async (actions) => {
      const isEnd = actions.some((action) => action.kind === "put" && action.item.pk.includes("#PERIODS#"));
      const key = store.keys.evaluationPeriod("options_quality", "2026-03-02");
      if (isEnd) await store.transact([update(key, { set: { status: "completed" } })]);
      return store.transact(actions);
    };
    useServices({ ...services, store: { ...store, transact } });
    await expect(handler({ runId, attempt: 1 })).rejects.toThrow("the end of RollEvaluation was refused: changed");
    useServices(services);
    expect(await windows("stocks_quality")).toEqual(["2026-03-02 2026-04-01 active"]);
    expect(await windows("options_quality")).toEqual(["2026-03-02 2026-04-01 completed"]);
  });
});

describe("after years without a run", () => {
  it("all windows are completed, also where the phase dies before its last transaction", async () => {
    const dumps: string[][] = [];
    let writes = 0;
    for (const dies of [false, true]) {
      begin();
      await rollOn("2026-03-02");
      const runId = await runAt("2028-10-02T15:30:00.000Z");
      const faults = faultyStore(services.store.client);
      if (dies) {
        faults.set({ call: writes - 1, moment: "before", kind: "crash" });
        await expect(handler({ runId, attempt: 1 })).rejects.toThrow("The store did not answer.");
        faults.set(undefined);
        // Twenty windows are written, and the first one is still to be completed.
        expect(await windows()).toHaveLength(21);
        expect((await windows())[0]).toBe("2026-03-02 2026-04-01 active");
      }
      faults.set(undefined);
      // 31 windows have passed.
      expect(await handler({ runId, attempt: 1 })).toEqual({ completed: 124, created: 4 });
      writes = faults.count();
      expect(await windows()).toHaveLength(32);
      expect((await windows()).at(-1)).toBe("2028-09-17 2028-10-17 active");
      dumps.push(await contents());
    }
    expect(dumps[1]).toEqual(dumps[0]);
  });
});
