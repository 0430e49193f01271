import { describe, expect, it } from "vitest";
import type { Position } from "../../../../lib/trading/positions/record.ts";
import {
  exitViewSchema,
  positionViewSchema,
  toExitView,
  toPositionView,
} from "../../../../lib/trading/positions/view.ts";
import { settings } from "../../../support/trading.ts";
import { exitOf, optionOf, stockOf } from "../../../support/trading-seeds.ts";

const viewpoint = { today: "2026-03-02", settings };
/** As it leaves the endpoint, which keeps what belongs to the view. */
const view = (position: Position, today = viewpoint.today) =>
  positionViewSchema.parse(toPositionView(position, [], { today, settings }));

describe("a position as it is shown", () => {
  it("of a share bought at 142.50 and now at 148.30 has gained 4.07 %, with the levels as they are stored", () => {
    const entry_fill = { bid: 142.4, ask: 142.6, net_price: 142.6713, commission_cents: 0, cost_cents: 171 };
    const bought = stockOf({ entry_fill, trading_costs_cents: 171 });
    expect(view(bought)).toEqual({
      id: "2026-02-25.GME.quality.stocks_quality",
      portfolio_id: "stocks_quality",
      signal_id: "2026-02-25.GME.quality",
      ticker: "GME",
      instrument_type: "stock",
      signal_type: "quality",
      direction: "long",
      status: "open",
      ...{ needs_review: false, review_reason: null, review_since: null },
      confidence: 0.75,
      position_size: 1425,
      entry_date: "2026-02-25",
      entry_price: 142.5,
      shares: 10,
      shares_remaining: 10,
      stop_loss_price: 128.25,
      take_profit_price: 163.875,
      peak_price: 150,
      trailing_stop_active: false,
      time_extension: "base",
      option_type: null,
      contract_symbol: null,
      strike_price: null,
      expiration_date: null,
      deliverable_shares: null,
      contracts: null,
      contracts_remaining: null,
      premium_paid: null,
      peak_premium: null,
      underlying_price_at_entry: null,
      exit_date: null,
      exit_reason: null,
      realized_return_pct: null,
      current_price: 148.3,
      price_as_of: "2026-03-02T15:30:00.000Z",
      days_without_price: 0,
      unrealized_return_pct: 4.07,
      // The target is 15.575 away, the stop 20.05.
      nearest_exit_distance_pct: 0.105,
      hold_days: 5,
      dte: null,
      premium_change_pct: null,
      position_exits: [],
      splits: [],
      net: {
        entry_price: 142.6713,
        bid: 142.4,
        ask: 142.6,
        trading_costs: 1.71,
        realized_pnl: -1.71,
        current_value: 1483,
      },
    });
  });

  it("of an option bought at 3.50 and now at 4.80 has gained 37.14 %, 0.371 as a fraction of the premium", () => {
    expect(view(optionOf())).toEqual({
      id: "2026-02-25.GME.quality.options_quality",
      portfolio_id: "options_quality",
      signal_id: "2026-02-25.GME.quality",
      ticker: "GME",
      instrument_type: "option",
      signal_type: "quality",
      direction: "call",
      status: "open",
      ...{ needs_review: false, review_reason: null, review_since: null },
      confidence: 0.75,
      position_size: 1400,
      entry_date: "2026-02-25",
      entry_price: 3.5,
      shares: null,
      shares_remaining: null,
      stop_loss_price: null,
      take_profit_price: null,
      peak_price: null,
      trailing_stop_active: false,
      time_extension: null,
      option_type: "call",
      contract_symbol: "GME   260320C00150000",
      strike_price: 150,
      expiration_date: "2026-03-20",
      deliverable_shares: 100,
      contracts: 4,
      contracts_remaining: 4,
      premium_paid: 1400,
      peak_premium: 5,
      underlying_price_at_entry: 142.5,
      exit_date: null,
      exit_reason: null,
      realized_return_pct: null,
      current_price: 4.8,
      price_as_of: "2026-03-02T15:30:00.000Z",
      days_without_price: 0,
      unrealized_return_pct: 37.14,
      // The target of 7.00 is 2.20 away, the stop of 1.75 is 3.05.
      nearest_exit_distance_pct: 0.4583,
      hold_days: 5,
      dte: 18,
      premium_change_pct: 0.371,
      position_exits: [],
      splits: [],
      net: { entry_price: null, bid: null, ask: null, trading_costs: 0, realized_pnl: 0, current_value: 1920 },
    });
  });

  it.each<[string, Position, number]>([
    // 7 % below the peak of 170 is 158.10, 6.90 away; the target, 1.125 away, has been taken.
    [
      "a share's trailing stop in place of its target",
      stockOf({ trailing_stop_active: true, peak_price: 170, last_price: 165 }),
      0.0418,
    ],
    // 30 % below the peak of 8.00 is 5.60, 1.30 away; the target of 7.00, 0.10 away, has been taken.
    [
      "an option's trailing stop in place of its target",
      optionOf({ trailing_stop_active: true, peak_premium: 8, last_price: 6.9 }),
      0.1884,
    ],
    ["a stop that was raised to the entry price", stockOf({ stop_loss_price: 142.5, breakeven_active: true }), 0.0391],
    ["a level that was passed since", stockOf({ last_price: 120 }), 0.0688],
    ["a level that is reached", stockOf({ last_price: 163.875 }), 0],
  ])("measures the distance to %s", (_, position, distance) => {
    expect(view(position).nearest_exit_distance_pct).toBe(distance);
  });

  it("follows the configuration with an option's levels, and keeps a share's as they were stored", () => {
    const tuned = { ...settings, stock_stop_loss_pct: -0.01, option_stop_loss_pct: 0, option_take_profit_pct: 100 };
    const at = { today: viewpoint.today, settings: tuned };
    // The stop is at the entry of 3.50 now, 1.30 away.
    expect(toPositionView(optionOf(), [], at).nearest_exit_distance_pct).toBe(0.2708);
    expect(toPositionView(stockOf(), [], at).nearest_exit_distance_pct).toBe(0.105);
  });

  it("of a single share is a position like any other", () => {
    const one = stockOf({ shares: 1, shares_remaining: 1, position_size_cents: 14_250 });
    expect(view(one)).toMatchObject({
      shares: 1,
      shares_remaining: 1,
      position_size: 142.5,
      unrealized_return_pct: 4.07,
    });
  });

  it("counts the days to today, weekends included, and to the expiration and past it", () => {
    expect(view(optionOf(), "2026-02-25")).toMatchObject({ hold_days: 0, dte: 23 });
    expect(view(optionOf(), "2026-03-20")).toMatchObject({ hold_days: 23, dte: 0 });
    expect(view(optionOf(), "2026-03-22")).toMatchObject({ hold_days: 25, dte: -2 });
  });

  it("without a price says nothing that needs one", () => {
    const unpriced = { last_price: null, last_price_at: null };
    const nothing = {
      current_price: null,
      price_as_of: null,
      unrealized_return_pct: null,
      nearest_exit_distance_pct: null,
      premium_change_pct: null,
      hold_days: 5,
    };
    expect(view(stockOf(unpriced))).toMatchObject(nothing);
    expect(view(optionOf(unpriced))).toMatchObject(nothing);
  });

  it("says when its price was traded, and of one from before that was kept, when it was read", () => {
    const traded = { last_traded_at: "2026-03-02T15:29:58.000Z" };
    expect(view(stockOf(traded)).price_as_of).toBe("2026-03-02T15:29:58.000Z");
    expect(view(stockOf()).price_as_of).toBe("2026-03-02T15:30:00.000Z");
  });

  it("counts nothing after costs from the fifth trading day without a price on, and before them its last price", () => {
    const without = (days_without_price: number) => view(stockOf({ days_without_price }));
    expect(without(4)).toMatchObject({ days_without_price: 4, current_price: 148.3, net: { current_value: 1483 } });
    expect(without(5)).toMatchObject({ days_without_price: 5, current_price: 148.3, net: { current_value: 0 } });
  });

  it("that lost everything has no distance to its exit, and one that cost nothing no return", () => {
    expect(view(optionOf({ last_price: 0 }))).toMatchObject({
      current_price: 0,
      unrealized_return_pct: -100,
      premium_change_pct: -1,
      nearest_exit_distance_pct: null,
    });
    expect(view(optionOf({ entry_price: 0 }))).toMatchObject({ unrealized_return_pct: null, premium_change_pct: null });
  });

  it("when closed shows what it brought and how long it was held, and no longer what it might bring", () => {
    const ended = { status: "closed", exit_date: "2026-03-01", exit_reason: "time_stop", hold_days: 4 } as const;
    const share = stockOf({ ...ended, shares_remaining: 0, realized_return_pct: 4.0702 });
    const shown = {
      status: "closed",
      exit_date: "2026-03-01",
      exit_reason: "time_stop",
      hold_days: 4,
      unrealized_return_pct: null,
      nearest_exit_distance_pct: null,
    };
    expect(view(share)).toMatchObject({ ...shown, shares_remaining: 0, realized_return_pct: 4.0702, dte: null });
    const call = optionOf({ ...ended, contracts_remaining: 0, realized_return_pct: 37.1429 });
    expect(view(call)).toMatchObject({ ...shown, current_price: 4.8, premium_change_pct: 0.371, dte: 18 });
  });

  it("has its exits newest first, the tenth after the ninth", () => {
    const position = stockOf({ shares: 12, shares_remaining: 2 });
    const exits = [3, 10, 1, 2, 9, 4, 5, 8, 6, 7].map((number) => exitOf(position, number));
    const numbers = toPositionView(position, exits, viewpoint).position_exits.map(({ id }) => id.split(".").at(-1));
    expect(numbers).toEqual(["10", "9", "8", "7", "6", "5", "4", "3", "2", "1"]);
  });

  it("takes the costs of all fills off the profit so far", () => {
    // 106.88 from the target and 29.00 from the rest, at a cost of 1.71 to open and 0.87 to close.
    const position = stockOf({ realized_pnl_cents: 13_588, trading_costs_cents: 258 });
    expect(view(position).net).toMatchObject({ trading_costs: 2.58, realized_pnl: 133.3 });
  });
});

describe("an exit as it is shown", () => {
  it("of shares has dollars, and beside them the sale as it would have been", () => {
    // Five at 148.30 are 741.50; at the bid of 148.20 less 0.05 % they are 740.63.
    const fill = { bid: 148.2, ask: 148.4, net_price: 148.1259, commission_cents: 0, cost_cents: 87 };
    const exit = exitOf(stockOf(), 1, { exit_price: 148.3, shares_exited: 5, realized_pnl_cents: 2_900, fill });
    expect(exitViewSchema.parse(toExitView(exit))).toEqual({
      id: "2026-02-25.GME.quality.stocks_quality.1",
      position_id: "2026-02-25.GME.quality.stocks_quality",
      exit_date: "2026-02-27",
      exit_price: 148.3,
      exit_reason: "manual",
      quantity_pct: 0.5,
      shares_exited: 5,
      contracts_exited: null,
      notes: null,
      created_at: "2026-02-27T15:30:00.000Z",
      realized_pnl: 29,
      price_named: false,
      net: { exit_price: 148.1259, bid: 148.2, ask: 148.4, commission: 0, cost: 0.87, realized_pnl: 28.13 },
    });
  });

  it("of contracts has their commission, and of an exit from before fills were stored only what there was", () => {
    // Two contracts at 4.80 are 960.00; at the bid of 4.70 less 1 % they are 930.60, and 1.30 is the commission.
    const fill = { bid: 4.7, ask: 4.9, net_price: 4.653, commission_cents: 130, cost_cents: 3_070 };
    const exit = exitOf(optionOf(), 2, { exit_price: 4.8, contracts_exited: 2, realized_pnl_cents: 26_000, fill });
    expect(toExitView(exit)).toMatchObject({
      shares_exited: null,
      contracts_exited: 2,
      realized_pnl: 260,
      net: { exit_price: 4.653, commission: 1.3, cost: 30.7, realized_pnl: 229.3 },
    });
    expect(toExitView(exitOf(optionOf(), 1, { notes: "enough" }))).toMatchObject({ notes: "enough", net: null });
  });
});
