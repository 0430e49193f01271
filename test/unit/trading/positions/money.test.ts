import { describe, expect, it } from "vitest";
import { decideExits } from "../../../../lib/trading/exits/decide.ts";
import {
  affordableQuantity,
  closingQuantity,
  costCents,
  manualQuantity,
} from "../../../../lib/trading/instruments/quantities.ts";
import type { InstrumentType } from "../../../../lib/trading/instruments/terms.ts";
import { type Opening, openPosition } from "../../../../lib/trading/openings/new-position.ts";
import { replacePosition } from "../../../../lib/trading/openings/replacement.ts";
import { isProtected, replacementCandidate, targetAllocationCents } from "../../../../lib/trading/openings/sizing.ts";
import {
  applyDecision,
  applyExit,
  exitOnRequest,
  observePrice,
  portfolioValueCents,
  realizedReturnPct,
} from "../../../../lib/trading/positions/bookkeeping.ts";
import { positionInstrument } from "../../../../lib/trading/positions/instrument.ts";
import { portfolioSchema, positionExitSchema, positionSchema } from "../../../../lib/trading/positions/record.ts";
import {
  candles,
  market,
  offerOf,
  openDate,
  openedAt,
  portfolio,
  settings,
  unquoted,
} from "../../../support/trading.ts";

const traded = (price: number) => ({ price, tradedAt: "2021-01-04T15:59:58.000Z" });
const context = { ...unquoted, runId: "run", notes: null, now: "2021-01-04T16:00:00.000Z" };

function opening(type: InstrumentType, price: number, targetCents: number, changes: Partial<Opening> = {}): Opening {
  return {
    signal: { id: "2021-01-04.GME.quality", ticker: "GME", signal_type: "quality", confidence: 0.78 },
    offer: offerOf(type, price),
    targetCents,
    today: openDate,
    now: openedAt,
    ...changes,
  };
}

function opened(type: InstrumentType, price: number, targetCents: number) {
  const result = openPosition(portfolio(type), opening(type, price, targetCents), settings);
  if (result.outcome === "skipped") throw new Error(result.skip_reason);
  return result;
}

describe("the size of a position", () => {
  it.each([
    { confidence: 0.3, dollars: 2500 },
    { confidence: 0.5, dollars: 2500 },
    { confidence: 0.599, dollars: 2500 },
    { confidence: 0.6, dollars: 3750 },
    { confidence: 0.601, dollars: 3750 },
    { confidence: 0.749, dollars: 3750 },
    { confidence: 0.75, dollars: 5000 },
    { confidence: 0.78, dollars: 5000 },
    { confidence: 1, dollars: 5000 },
  ])("of stocks at confidence $confidence is $dollars of 100,000", ({ confidence, dollars }) => {
    expect(targetAllocationCents("stock", 10_000_000, confidence, settings)).toBe(dollars * 100);
  });

  it.each([0.5, 0.75, 1])("of options is 2,000 of 100,000, also at confidence %d", (confidence) => {
    expect(targetAllocationCents("option", 10_000_000, confidence, settings)).toBe(200_000);
  });

  it("follows the portfolio's value, and not its cash", () => {
    expect(targetAllocationCents("stock", 12_345_678, 0.8, settings)).toBe(617_284);
  });

  it("is nothing where costs have eaten all that the portfolio was worth", () => {
    expect(targetAllocationCents("stock", -100, 0.8, settings)).toBe(0);
    expect(openPosition(portfolio(), opening("stock", 10, 0), settings)).toMatchObject({
      skip_reason: "size_too_small",
    });
  });

  it.each([
    { divisor: 100, option: 0.001, stocks: 200_000, options: 200_000 },
    { divisor: 50, option: 0.02, stocks: 200_000, options: 200_000 },
    { divisor: 5, option: 0.2, stocks: 1_500_000, options: 1_500_000 },
    { divisor: 10, option: 0.1, stocks: 1_000_000, options: 1_000_000 },
  ])(
    "stays within 2 % and 15 % with a divisor of $divisor and options at $option",
    ({ divisor, option, stocks, options }) => {
      const changed = { ...settings, sizing_base_divisor: divisor, sizing_option_pct: option };
      expect(targetAllocationCents("stock", 10_000_000, 0.8, changed)).toBe(stocks);
      expect(targetAllocationCents("option", 10_000_000, 0.8, changed)).toBe(options);
    },
  );
});

describe("quantities", () => {
  it.each([
    { type: "stock", price: 142.5, dollars: 5000, quantity: 35 },
    { type: "stock", price: 100, dollars: 5000, quantity: 50 },
    { type: "stock", price: 100.0001, dollars: 5000, quantity: 49 },
    { type: "stock", price: 0.1, dollars: 2500, quantity: 25_000 },
    { type: "stock", price: 5000.01, dollars: 5000, quantity: 0 },
    { type: "stock", price: 0, dollars: 5000, quantity: 0 },
    { type: "option", price: 3.5, dollars: 2000, quantity: 5 },
    { type: "option", price: 20, dollars: 2000, quantity: 1 },
    { type: "option", price: 20.0001, dollars: 2000, quantity: 0 },
  ] as const)("$dollars dollars buy $quantity at $price ($type)", ({ type, price, dollars, quantity }) => {
    expect(affordableQuantity(type, price, dollars * 100)).toBe(quantity);
  });

  it("cost their price, an option's for a hundred shares", () => {
    expect(costCents("stock", 142.5, 35)).toBe(498_750);
    expect(costCents("option", 2.44, 8)).toBe(195_200);
    expect(costCents("stock", 10.0005, 1)).toBe(1000);
  });

  it.each([
    { remaining: 10, fraction: 0.5, rule: 5, hand: 5 },
    { remaining: 7, fraction: 0.5, rule: 3, hand: 3 },
    { remaining: 1, fraction: 0.5, rule: 0, hand: 1 },
    { remaining: 100, fraction: 0.29, rule: 29, hand: 29 },
    { remaining: 3, fraction: 0.01, rule: 0, hand: 1 },
    { remaining: 3, fraction: 1, rule: 3, hand: 3 },
  ])("$fraction of $remaining is $rule by rule and $hand by hand", ({ remaining, fraction, rule, hand }) => {
    expect(closingQuantity(remaining, fraction)).toBe(rule);
    expect(manualQuantity(remaining, fraction)).toBe(hand);
  });
});

describe("opening a position", () => {
  it("buys shares for their actual cost, with stop and target, and leaves the value as it is", () => {
    const { portfolio: after, position } = opened("stock", 142.5, 500_000);
    expect(after).toMatchObject({
      cash_available_cents: 9_501_250,
      current_value_cents: 10_000_000,
      open_position_ids: [expect.any(String)],
    });
    expect(position).toMatchObject({
      id: "2021-01-04.GME.quality.stocks_quality",
      direction: "long",
      shares: 35,
      shares_remaining: 35,
      position_size_cents: 498_750,
      target_allocation_cents: 500_000,
      entry_price: 142.5,
      stop_loss_price: 128.25,
      take_profit_price: 163.875,
      peak_price: 142.5,
      time_extension: "base",
      trailing_stop_active: false,
      contracts: null,
    });
    expect(portfolioValueCents(after.cash_available_cents, [position])).toBe(10_000_000);
    expect(positionSchema.parse(position)).toEqual(position);
    expect(portfolioSchema.parse(after)).toEqual(after);
  });

  it("buys contracts of a hundred shares", () => {
    const { portfolio: after, position } = opened("option", 3.5, 200_000);
    expect(after.cash_available_cents).toBe(9_825_000);
    expect(position).toMatchObject({
      direction: "call",
      option_type: "call",
      contracts: 5,
      contracts_remaining: 5,
      position_size_cents: 175_000,
      premium_paid_cents: 175_000,
      peak_premium: 3.5,
      entry_delta: 0.31,
      entry_dte: 18,
      underlying_price_at_entry: 45,
      shares: null,
      stop_loss_price: null,
    });
    expect(positionSchema.parse(position)).toEqual(position);
  });

  it.each([
    { cash: 499_999, skip: "insufficient_cash" },
    { cash: 500_000, skip: null },
    { cash: 500_001, skip: null },
  ])("with $cash cents for a target of 500,000 is skipped: $skip", ({ cash, skip }) => {
    const poor = portfolio("stock", { cash_available_cents: cash });
    const result = openPosition(poor, opening("stock", 10, 500_000), settings);
    expect(result.outcome === "skipped" ? result.skip_reason : null).toBe(skip);
  });

  it("is skipped where not even one unit can be had", () => {
    expect(openPosition(portfolio("option"), opening("option", 20.01, 200_000), settings)).toEqual({
      outcome: "skipped",
      skip_reason: "size_too_small",
    });
  });
});

describe("an exit", () => {
  it("brings its proceeds into the cash, and the profit into the sums only", () => {
    const { portfolio: before, position } = opened("stock", 100, 500_000);
    const half = exitOnRequest(position, { reason: "manual", fraction: 0.5, price: 110, today: "2021-01-05" });
    const { portfolio: after, position: left, record } = applyExit({ portfolio: before, position }, half, context);
    expect(record).toEqual({
      id: "2021-01-04.GME.quality.stocks_quality.1",
      position_id: "2021-01-04.GME.quality.stocks_quality",
      portfolio_id: "stocks_quality",
      exit_date: "2021-01-05",
      exit_price: 110,
      exit_reason: "manual",
      quantity_pct: 0.5,
      shares_exited: 25,
      contracts_exited: null,
      realized_pnl_cents: 25_000,
      // 110 less 0.05 %, 109.945: 25 of them bring $2,748.625 instead of $2,750.
      fill: { bid: null, ask: null, net_price: 109.945, commission_cents: 0, cost_cents: 137 },
      observed_price: 110,
      trigger_candle: null,
      price_named_by: null,
      notes: null,
      run_id: "run",
      created_at: context.now,
    });
    expect(positionExitSchema.parse(record)).toEqual(record);
    // 9,500,000 + 25 × 110; and 25 shares are left at the last price, 100.
    expect(after).toMatchObject({
      cash_available_cents: 9_775_000,
      realized_pnl_cents: 25_000,
      current_value_cents: 10_025_000,
      open_position_ids: [expect.any(String)],
    });
    expect(left).toMatchObject({ shares_remaining: 25, status: "open", exit_date: null, realized_return_pct: null });
  });

  it("of all that remains closes the position with the return over all its exits", () => {
    const held = opened("option", 3.5, 200_000);
    const first = exitOnRequest(held.position, { reason: "manual", fraction: 0.4, price: 4.8, today: "2021-01-06" });
    const half = applyExit(held, first, context);
    const rest = exitOnRequest(half.position, { reason: "manual", fraction: 1, price: 3, today: "2021-01-08" });
    const { portfolio: after, position, record } = applyExit(half, rest, context);
    // (4.80 − 3.50) × 2 × 100 = 260; (3.00 − 3.50) × 3 × 100 = −150; 110 of 1,750 is 6.2857 %.
    expect(half.record).toMatchObject({ contracts_exited: 2, shares_exited: null, realized_pnl_cents: 26_000 });
    expect(record).toMatchObject({ contracts_exited: 3, quantity_pct: 1, realized_pnl_cents: -15_000 });
    expect(position).toMatchObject({
      status: "closed",
      contracts_remaining: 0,
      exit_date: "2021-01-08",
      exit_reason: "manual",
      hold_days: 4,
      realized_return_pct: 6.2857,
      realized_pnl_cents: 11_000,
    });
    expect(after).toMatchObject({
      cash_available_cents: 10_011_000,
      current_value_cents: 10_011_000,
      open_position_ids: [],
    });
  });

  it("by hand takes at least one unit, and the last one is a full close", () => {
    const { position } = opened("option", 15, 200_000);
    const request = { reason: "manual", fraction: 0.1, price: 15, today: openDate } as const;
    expect(exitOnRequest(position, request)).toMatchObject({ quantity: 1, quantity_pct: 1 });
  });

  it("in a check follows the engine's state and order", () => {
    const held = opened("stock", 100, 500_000);
    const view = market({ candles: candles([100, 116], [110, 125], [116, 118]), price: 117 });
    const decision = decideExits(positionInstrument(held.position), view, settings);
    const { portfolio: after, position, records } = applyDecision(held, decision, context);
    expect(records).toMatchObject([
      { id: "2021-01-04.GME.quality.stocks_quality.1", exit_reason: "take_profit", shares_exited: 25 },
      { id: "2021-01-04.GME.quality.stocks_quality.2", exit_reason: "trailing_stop", exit_price: 116.25 },
    ]);
    const third = { timestamp: "2021-01-04T15:10:00.000Z", open: 117, high: 118, low: 116, close: 118 };
    expect(records[1]?.trigger_candle).toEqual(third);
    // 25 × 15 + 25 × 16.25
    expect(position).toMatchObject({
      status: "closed",
      peak_price: 125,
      time_extension: "trailing",
      trailing_stop_active: true,
      exit_reason: "trailing_stop",
      realized_pnl_cents: 78_125,
      realized_return_pct: 15.625,
    });
    expect(after.cash_available_cents).toBe(10_078_125);
  });

  it("returns 0 % of nothing", () => {
    expect(realizedReturnPct(0, 0)).toBe(0);
  });
});

describe("an observed price", () => {
  it("changes the value and nothing else", () => {
    const held = opened("stock", 100, 500_000);
    const { portfolio: after, position } = observePrice(held.portfolio, held.position, traded(103), context.now);
    expect(after).toEqual({ ...held.portfolio, current_value_cents: 10_015_000, last_valued_at: context.now });
    expect(position).toEqual({
      ...held.position,
      last_price: 103,
      last_price_at: context.now,
      last_traded_at: "2021-01-04T15:59:58.000Z",
    });
  });
});

describe("replacement", () => {
  const open = [
    { id: "b", confidence: 0.55, opened_at: "2021-01-05T15:00:00.000Z" },
    { id: "a", confidence: 0.55, opened_at: "2021-01-04T15:00:00.000Z" },
    { id: "c", confidence: 0.8, opened_at: "2021-01-01T15:00:00.000Z" },
  ];

  it.each([
    { confidence: 0.649, replaced: undefined },
    { confidence: 0.65, replaced: undefined },
    { confidence: 0.651, replaced: "a" },
    { confidence: 0.99, replaced: "a" },
  ])("for a confidence of $confidence is of $replaced: the lowest, then the oldest", ({ confidence, replaced }) => {
    expect(replacementCandidate(open, confidence, settings)?.id).toBe(replaced);
  });

  it("sees a difference of exactly 0.1 through binary fractions", () => {
    const lowest = [{ id: "a", confidence: 0.7, opened_at: openedAt }];
    expect(replacementCandidate(lowest, 0.8, settings)).toBeNull();
    expect(replacementCandidate([], 0.8, settings)).toBeNull();
  });

  it.each([
    { price: 104.99, isSafe: false },
    { price: 105, isSafe: false },
    { price: 105.01, isSafe: true },
  ])("of a position bought at 100 is forbidden at $price: $isSafe", ({ price, isSafe }) => {
    expect(isProtected({ entry_price: 100 }, price, settings)).toBe(isSafe);
  });

  it("closes and opens as one, with the proceeds at hand", () => {
    const held = opened("stock", 100, 500_000);
    const poor = { ...held.portfolio, cash_available_cents: 0, current_value_cents: 500_000 };
    const next = opening("stock", 50, 400_000, {
      signal: { id: "2021-01-05.AMC.quality", ticker: "AMC", signal_type: "quality", confidence: 0.9 },
      today: "2021-01-05",
    });
    const result = replacePosition(poor, held.position, traded(98), next, context, settings);
    expect(result).toMatchObject({
      outcome: "replaced",
      exit: { exit_reason: "replaced", quantity_pct: 1, shares_exited: 50, realized_pnl_cents: -10_000 },
      closed: { status: "closed", exit_reason: "replaced", hold_days: 1, realized_return_pct: -2 },
      opened: { ticker: "AMC", shares: 80, position_size_cents: 400_000 },
      portfolio: {
        cash_available_cents: 90_000,
        current_value_cents: 490_000,
        open_position_ids: [expect.any(String)],
      },
    });
  });

  it("changes nothing where the cash does not suffice even with the proceeds", () => {
    const held = opened("stock", 100, 500_000);
    const poor = { ...held.portfolio, cash_available_cents: 0 };
    expect(replacePosition(poor, held.position, traded(98), opening("stock", 50, 490_001), context, settings)).toEqual({
      outcome: "skipped",
      skip_reason: "insufficient_cash",
    });
  });
});

describe("the four portfolios", () => {
  it.each(["stocks_quality", "stocks_consensus", "options_quality", "options_consensus"])(
    "are apart: an exit from %s touches no other",
    (id) => {
      const type = id.startsWith("stocks") ? "stock" : "option";
      const own = portfolio(type, { id });
      const result = openPosition(own, opening(type, 5, 200_000), settings);
      if (result.outcome === "skipped") throw new Error(result.skip_reason);
      const exit = exitOnRequest(result.position, { reason: "manual", fraction: 1, price: 6, today: openDate });
      const { portfolio: after, record } = applyExit(result, exit, context);
      expect([result.position.portfolio_id, record.portfolio_id, after.id]).toEqual([id, id, id]);
      expect(own).toEqual(portfolio(type, { id }));
    },
  );
});
