import { describe, expect, it } from "vitest";
import { exportSignals, exportTrades } from "../../lib/trading/exports/export.ts";
import type { SignalOutcome } from "../../lib/trading/openings/signal-outcome.ts";
import type { Position, PositionExit } from "../../lib/trading/positions/record.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { seedSignals, signalOf } from "../support/seeds.ts";
import { exitOf, optionOf, seedPositions, stockOf } from "../support/trading-seeds.ts";

const api = useEndpoints();
const { ask, refusal, enter } = api;

/** The records of a CSV text after RFC 4180, by the names in its first line. */
function parsed(csv: string): Record<string, string>[] {
  const records: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === "\n") records.push([]);
  }
  const [names = [], ...rows] = records.slice(0, -1);
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? "missing"])));
}
async function file(what: "trades" | "signals", query: Record<string, string> = {}) {
  const { status, headers, body } = await ask(`GET /exports/${what}`, { query });
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("text/csv; charset=utf-8");
  return { csv: body as string, rows: parsed(body), name: headers["content-disposition"] };
}
const tradeHeader =
  "exit_id,position_id,portfolio_id,signal_id,ticker,instrument_type,signal_type,direction,confidence,position_size," +
  "entry_date,entry_price,shares,strike_price,expiration_date,contract_symbol,contracts,closed_date,hold_days," +
  "realized_return_pct,entry_bid,entry_ask,entry_net_price,entry_commission,exit_date,exit_price,exit_reason," +
  "quantity_pct,shares_exited,contracts_exited,observed_price,exit_bid,exit_ask,exit_net_price,exit_commission," +
  "realized_pnl,trading_costs,net_pnl,trigger_time,trigger_open,trigger_high,trigger_low,trigger_close,notes,run_id," +
  "created_at\n";
const signalHeader =
  "signal_id,ticker,signal_type,signal_date,prediction,confidence,comment_count,sentiment_score,has_reasoning," +
  "is_emergence,prior_7d_mentions,distinct_users,created_at,updated_at,position_opened,stock_outcome," +
  "stock_skip_reason,stock_position_id,option_outcome,option_skip_reason,option_position_id\n";

/** Ten shares bought at 142.50, opened at a cost of 1.01; five sold at the target, the others by hand at a loss. */
const sold = stockOf({
  status: "closed",
  shares_remaining: 0,
  exit_count: 2,
  exit_date: "2026-02-27",
  exit_reason: "manual",
  hold_days: 2,
  realized_return_pct: 5.7456,
  realized_pnl_cents: 8188,
  trading_costs_cents: 252,
  entry_fill: { bid: 142.4, ask: 142.52, net_price: 142.591, commission_cents: 10, cost_cents: 101 },
});
const exits = [
  exitOf(sold, 1, {
    exit_date: "2026-02-26",
    exit_price: 163.875,
    exit_reason: "take_profit",
    shares_exited: 5,
    realized_pnl_cents: 10_688,
    fill: { bid: null, ask: null, net_price: 163.875, commission_cents: 0, cost_cents: 0 },
    observed_price: 164.2,
    trigger_candle: { timestamp: "2026-02-26T15:35:00.000Z", open: 163, high: 164.5, low: 162.9, close: 164.2 },
    run_id: "01RUN",
    created_at: "2026-02-26T16:00:00.000Z",
  }),
  exitOf(sold, 2, {
    exit_date: "2026-02-27",
    exit_price: 137.5,
    quantity_pct: 1,
    shares_exited: 5,
    realized_pnl_cents: -2500,
    fill: { bid: 137.4, ask: 137.6, net_price: 137.3, commission_cents: 51, cost_cents: 151 },
    observed_price: 137.5,
    notes: '=HYPERLINK("http://x"), bye\nforever',
  }),
];

/** A position that was closed on a day by one exit. */
function closedOn(
  day: string,
  changes: Partial<Pick<Position, "ticker" | "portfolio_id">> = {},
): [Position, PositionExit] {
  const position = stockOf({
    status: "closed",
    shares: 1,
    shares_remaining: 0,
    exit_count: 1,
    exit_date: day,
    ...changes,
  });
  return [position, exitOf(position, 1, { exit_date: day, quantity_pct: 1 })];
}
async function seedClosed(...pairs: readonly [Position, PositionExit][]) {
  await seedPositions(
    api.services,
    pairs.map(([position]) => position),
    pairs.map(([, exit]) => exit),
  );
}

describe("GET /exports/trades", () => {
  it("has one line per exit, with the position, the fills and the bar that triggered it", async () => {
    await seedPositions(api.services, [sold], exits);
    const { csv, name } = await file("trades");
    expect(name).toBe('attachment; filename="trades-2025-03-03-2026-03-02.csv"');
    const position =
      "2026-02-25.GME.quality.stocks_quality,stocks_quality,2026-02-25.GME.quality,GME,stock,quality,long,0.75,1425," +
      "2026-02-25,142.5,10,,,,,2026-02-27,2,5.7456,142.4,142.52,142.591,0.1";
    expect(csv).toBe(
      tradeHeader +
        `2026-02-25.GME.quality.stocks_quality.1,${position},2026-02-26,163.875,take_profit,0.5,5,,164.2,,,163.875,0,` +
        // Half of the opening's 1.01, rounded: 0.51, then 0.50.
        "106.88,0.51,106.37,2026-02-26T15:35:00.000Z,163,164.5,162.9,164.2,,01RUN,2026-02-26T16:00:00.000Z\n" +
        `2026-02-25.GME.quality.stocks_quality.2,${position},2026-02-27,137.5,manual,1,5,,137.5,137.4,137.6,137.3,0.51,` +
        "-25,2.01,-27.01,,,,,," +
        `"'=HYPERLINK(""http://x""), bye\nforever",,2026-02-27T15:30:00.000Z\n`,
    );
  });

  it("has one line per fraction of a share that a split settled in cash, so that the lines add up", async () => {
    const split = {
      ...{ date: "2026-02-26", ratio: 0.1, quantity_before: 2564, quantity_after: 256, settled_fraction: 0.4 },
      ...{ settlement_price: 16.31, settlement_cents: 652, realized_pnl_cents: -128, run_id: "01RUN" },
      created_at: "2026-02-26T15:30:00.000Z",
    };
    // 2,564 at 1.95, 4,999.80 in all; 0.4 of 256.4 shares bring 6.52 and 256 bring 5,120: 126.72 more.
    const fill = { bid: null, ask: null, net_price: 19.61, commission_cents: 0, cost_cents: 2_820 };
    const closed = { status: "closed", shares_remaining: 0, entry_price: 19.5, entry_fill: fill } as const;
    const part = stockOf({
      ...{ ...closed, shares: 256, exit_count: 1, exit_date: "2026-02-27", exit_reason: "manual", splits: [split] },
      ...{ realized_pnl_cents: 12_672, trading_costs_cents: 2_820 },
    });
    const rest = exitOf(part, 1, {
      ...{ exit_date: "2026-02-27", exit_price: 20, shares_exited: 256, realized_pnl_cents: 12_800, quantity_pct: 1 },
    });
    // Five shares at 3.00 become half a share, which is settled at 20.
    const halved = { ...split, quantity_before: 5, quantity_after: 0, settled_fraction: 0.5, settlement_price: 20 };
    const whole = stockOf({
      ...{ ...closed, ticker: "BB", shares: 0, exit_count: 0, exit_date: "2026-02-26", exit_reason: "split" },
      ...{ splits: [{ ...halved, settlement_cents: 1_000, realized_pnl_cents: -500 }], entry_price: 30 },
      ...{ realized_pnl_cents: -500, trading_costs_cents: 11, entry_fill: { ...fill, cost_cents: 11 } },
    });
    await seedPositions(api.services, [part, whole], [rest]);
    const { rows } = await file("trades");
    const cells = rows.map((row) => [row.ticker, row.exit_date, row.exit_reason, row.shares_exited, row.exit_price]);
    expect(cells).toEqual([
      ["BB", "2026-02-26", "split", "0.5", "20"],
      ["GME", "2026-02-26", "split", "0.4", "16.31"],
      ["GME", "2026-02-27", "manual", "256", "20"],
    ]);
    // Of the opening's 28.20, 0.4 of 256.4 are 0.04.
    expect(rows.map((row) => [row.realized_pnl, row.trading_costs, row.net_pnl])).toEqual([
      ["-5", "0.11", "-5.11"],
      ["-1.28", "0.04", "-1.32"],
      ["128", "28.16", "99.84"],
    ]);
    expect(rows.map(({ exit_id, quantity_pct }) => [exit_id, quantity_pct])).toEqual([
      [`${whole.id}.split.2026-02-26`, "1"],
      [`${part.id}.split.2026-02-26`, "0.00156"],
      [`${part.id}.1`, "1"],
    ]);
  });

  it("reads back as it was written, and its costs and profits add up to the position's", async () => {
    await seedPositions(api.services, [sold], exits);
    const { rows } = await file("trades");
    const sum = (name: string) => rows.reduce((total, row) => total + Math.round(Number(row[name]) * 100), 0);
    expect(rows.map(({ notes }) => notes)).toEqual(["", `'=HYPERLINK("http://x"), bye\nforever`]);
    expect(sum("realized_pnl")).toBe(sold.realized_pnl_cents);
    expect(sum("trading_costs")).toBe(sold.trading_costs_cents);
    expect(sum("net_pnl")).toBe(sold.realized_pnl_cents - sold.trading_costs_cents);
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])("lets no spreadsheet run a note of %j", async (notes) => {
    const [position, exit] = closedOn("2026-02-27");
    await seedClosed([position, { ...exit, notes, realized_pnl_cents: -150 }]);
    const [row] = (await file("trades")).rows;
    expect(row).toMatchObject({ notes: `'${notes}`, realized_pnl: "-1.5" });
  });

  it("shows what an option has and what was never stored", async () => {
    const position = optionOf({
      status: "closed",
      contracts_remaining: 0,
      exit_count: 1,
      exit_date: "2026-02-27",
      realized_pnl_cents: 100,
    });
    await seedPositions(api.services, [position], [exitOf(position, 1, { contracts_exited: 4 })]);
    const [row] = (await file("trades")).rows;
    expect(row).toMatchObject({
      direction: "call",
      shares: "",
      contracts: "4",
      strike_price: "150",
      expiration_date: "2026-03-20",
      contract_symbol: "GME   260320C00150000",
      contracts_exited: "4",
      entry_net_price: "",
      exit_net_price: "",
      trading_costs: "0",
      net_pnl: "1",
    });
  });

  it("holds what was closed on its days, both inclusive, in the order of closing over all portfolios", async () => {
    await seedClosed(
      closedOn("2026-02-26", { ticker: "A", portfolio_id: "stocks_consensus" }),
      closedOn("2026-02-25", { ticker: "B" }),
      closedOn("2026-02-27", { ticker: "C" }),
      closedOn("2026-02-24", { ticker: "D" }),
      closedOn("2026-02-28", { ticker: "E" }),
    );
    await seedPositions(api.services, [stockOf({ ticker: "F" })]);
    const tickers = async (query: Record<string, string>) =>
      (await file("trades", query)).rows.map(({ ticker }) => ticker).join("");
    expect(await tickers({ date_from: "2026-02-25", date_to: "2026-02-27" })).toBe("BAC");
    expect(await tickers({ date_from: "2026-02-27", date_to: "2026-02-27" })).toBe("C");
    expect(await tickers({ date_from: "2026-02-27" })).toBe("CE");
    expect(await tickers({ date_to: "2026-02-25" })).toBe("DB");
    expect(await tickers({})).toBe("DBACE");
  });

  it("is a header where there is nothing", async () => {
    expect(await file("trades", { date_from: "2026-02-01", date_to: "2026-02-02" })).toEqual({
      csv: tradeHeader,
      rows: [],
      name: 'attachment; filename="trades-2026-02-01-2026-02-02.csv"',
    });
    expect((await file("trades", { date_from: "2027-01-01" })).csv).toBe(tradeHeader);
  });

  it("refuses more than 20,000 rows and says what to do", async () => {
    const [position, exit] = closedOn("2026-02-27");
    await seedClosed([{ ...position, exit_count: 20_001 }, exit]);
    expect(await refusal("GET /exports/trades")).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      message: "The export would be more than 20000 rows or 5 MB; narrow the dates.",
      details: [{ field: "date_from", problem: expect.stringContaining("narrow the dates") }],
    });
    expect((await file("trades", { date_to: "2026-02-26" })).rows).toEqual([]);
  });

  it("refuses more than an answer can hold, and takes what just fits", async () => {
    await seedClosed(closedOn("2026-02-26"), closedOn("2026-02-27", { ticker: "AMC" }));
    const { csv } = await exportTrades(api.services, {});
    const bytes = Buffer.byteLength(csv);
    expect((await exportTrades(api.services, {}, { rows: 2, bytes })).csv).toBe(csv);
    for (const limits of [
      { rows: 2, bytes: bytes - 1 },
      { rows: 1, bytes },
    ]) {
      await expect(exportTrades(api.services, {}, limits)).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
    }
  });
});

describe("GET /exports/signals", () => {
  const outcome = (portfolio_id: string, changes: Partial<SignalOutcome>) => {
    const signal_id = "2026-03-02.GME.quality";
    const fields = { skip_reason: null, position_id: null, run_id: "01RUN", evaluated_at: "2026-03-02T15:30:00.000Z" };
    const { keys } = api.services.store;
    const item = { signal_id, portfolio_id, outcome: "skipped" as const, ...fields, ...changes };
    return { ...keys.signalOutcome(signal_id, portfolio_id), ...item };
  };

  it("has one line per signal, with what became of it where that is known", async () => {
    await seedSignals(api.services, [
      signalOf({ is_emergence: false, position_opened: true }),
      signalOf({ ticker: "AMC", signal_type: "consensus", signal_date: "2026-03-01", prior_7d_mentions: null }),
    ]);
    await api.services.store.putMany([
      outcome("stocks_quality", { outcome: "opened", position_id: "2026-03-02.GME.quality.stocks_quality" }),
      outcome("options_quality", { skip_reason: "no_valid_strike" }),
    ]);
    const { csv, name } = await file("signals");
    expect(name).toBe('attachment; filename="signals-2025-03-03-2026-03-02.csv"');
    expect(csv).toBe(
      `${signalHeader}2026-03-01.AMC.consensus,AMC,consensus,2026-03-01,bullish,0.75,2,0.5,true,,,2,2026-03-02T15:00:00.000Z,` +
        ",false,,,,,,\n" +
        "2026-03-02.GME.quality,GME,quality,2026-03-02,bullish,0.75,2,0.5,true,false,4,2,2026-03-02T15:00:00.000Z," +
        ",true,opened,,2026-03-02.GME.quality.stocks_quality,skipped,no_valid_strike,\n",
    );
  });

  it("holds the signals of its days, both inclusive, up to the market's today", async () => {
    enter({ MARKET_CLOCK: "2026-03-02T15:30:00Z" });
    const days = ["2025-03-02", "2025-03-03", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"];
    await seedSignals(
      api.services,
      days.map((signal_date) => signalOf({ signal_date })),
    );
    const found = async (query: Record<string, string>) =>
      (await file("signals", query)).rows.map(({ signal_date }) => signal_date);
    expect(await found({})).toEqual(days.slice(1, 5));
    expect(await found({ date_from: "2026-02-28", date_to: "2026-03-01" })).toEqual(["2026-02-28", "2026-03-01"]);
    expect(await found({ date_from: "2026-03-03" })).toEqual(["2026-03-03"]);
    expect(await found({ date_to: "2025-03-02" })).toEqual(["2025-03-02"]);
  });

  it("is a header where there is nothing", async () => {
    expect((await file("signals")).csv).toBe(signalHeader);
  });

  it("refuses more rows than it may have", async () => {
    await seedSignals(api.services, [signalOf(), signalOf({ ticker: "AMC" })]);
    const limits = { rows: 1, bytes: 5_000_000 };
    await expect(exportSignals(api.services, {}, limits)).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
    expect(parsed((await exportSignals(api.services, {}, { ...limits, rows: 2 })).csv)).toHaveLength(2);
  });
});

describe.each(["trades", "signals"])("GET /exports/%s", (what) => {
  it.each([
    [{ date_from: "2026-02-30" }, "date_from"],
    [{ date_to: "yesterday" }, "date_to"],
    [{ date_from: "" }, "date_from"],
    [{ date_from: "2026-03-02", date_to: "2026-03-01" }, "date_from"],
    [{ ticker: "GME" }, "ticker"],
  ])("refuses %j", async (query, field) => {
    expect(await refusal(`GET /exports/${what}`, { query: query as Record<string, string> })).toMatchObject({
      status: 422,
      details: [{ field }],
    });
  });
});
