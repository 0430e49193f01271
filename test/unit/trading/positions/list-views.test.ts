import { describe, expect, it } from "vitest";
import { filteredList } from "../../../../lib/store/filtered-list.ts";
import { withoutRedundancy } from "../../../../lib/trading/positions/filters.ts";
import {
  portfolioDetailSchema,
  portfolioViewSchema,
  toPortfolioDetail,
  toPortfolioView,
} from "../../../../lib/trading/positions/portfolio-view.ts";
import { newPrediction } from "../../../../lib/trading/predictions/rules.ts";
import {
  predictionDetailSchema,
  predictionViewSchema,
  toPredictionDetail,
  toPredictionView,
} from "../../../../lib/trading/predictions/view.ts";
import { expiredPredictionShown, portfolio, prediction, predictionShown, settings } from "../../../support/trading.ts";
import { optionOf, stockOf } from "../../../support/trading-seeds.ts";

describe("a portfolio as it is shown", () => {
  it("has dollars, what it gained, and the same after the costs of trading", () => {
    const changes = { current_value_cents: 10_123_456, cash_available_cents: 9_000_001, trading_costs_cents: 1_234 };
    const held = portfolio("stock", { ...changes, open_position_ids: ["a", "b"], version: 7 });
    expect(portfolioViewSchema.parse(toPortfolioView(held))).toEqual({
      id: "stocks_quality",
      name: "stocks_quality",
      instrument_type: "stock",
      signal_type: "quality",
      starting_capital: 100_000,
      current_value: 101_234.56,
      cash_available: 90_000.01,
      open_position_count: 2,
      needs_review_count: 0,
      total_pnl: 1_234.56,
      total_pnl_pct: 1.2346,
      created_at: "2021-01-04T15:00:00.000Z",
      last_valued_at: null,
      net: {
        ...{ current_value: 101_222.22, total_pnl: 1_222.22, total_pnl_pct: 1.2222 },
        ...{ trading_costs: 12.34, unpriced_value: 0 },
      },
    });
  });

  it("at a loss has a negative profit", () => {
    const lost = toPortfolioView(portfolio("option", { current_value_cents: 9_950_000 }));
    expect(lost).toMatchObject({ total_pnl: -500, total_pnl_pct: -0.5, net: { total_pnl: -500, trading_costs: 0 } });
  });

  it("groups its open positions by ticker, the largest first and equal ones by name", () => {
    const held = [
      stockOf({ ticker: "BB", entry_price: 10, last_price: null, shares_remaining: 1 }),
      stockOf({ shares_remaining: 6 }),
      stockOf({ ticker: "AMC", entry_price: 10, last_price: 10, shares_remaining: 1 }),
      stockOf({ entry_date: "2026-02-26", entry_price: 100, last_price: 120 }),
    ];
    const ids = held.map(({ id }) => id);
    const detail = portfolioDetailSchema.parse(toPortfolioDetail(portfolio("stock", { open_position_ids: ids }), held));
    expect(detail).toMatchObject({ id: "stocks_quality", open_position_count: 4, positions: ids });
    expect(detail.allocation_breakdown).toEqual([
      // 6 × 148.30 + 10 × 120.00 for 6 × 142.50 + 10 × 100.00
      { ticker: "GME", position_count: 2, total_value: 2_089.8, weight: 0.020898, unrealized_return_pct: 12.66 },
      { ticker: "AMC", position_count: 1, total_value: 10, weight: 0.0001, unrealized_return_pct: 0 },
      { ticker: "BB", position_count: 1, total_value: 10, weight: 0.0001, unrealized_return_pct: 0 },
    ]);
  });

  it("counts options by their contracts of a hundred, and one that is worth nothing as nothing", () => {
    const held = [optionOf({ contracts_remaining: 2 }), optionOf({ ticker: "AMC", last_price: 0 })];
    expect(toPortfolioDetail(portfolio("option"), held).allocation_breakdown).toEqual([
      { ticker: "GME", position_count: 1, total_value: 960, weight: 0.0096, unrealized_return_pct: 37.14 },
      { ticker: "AMC", position_count: 1, total_value: 0, weight: 0, unrealized_return_pct: -100 },
    ]);
    expect(toPortfolioDetail(portfolio("option"), []).allocation_breakdown).toEqual([]);
  });
});

describe("a prediction as it is shown", () => {
  it("has exactly the fields of the contract", () => {
    expect(predictionViewSchema.parse(toPredictionView(prediction()))).toEqual(predictionShown);
  });

  it("that found no contract has the same fields, and nothing of a contract in them", () => {
    const { id: _, ...mention } = { ...prediction(), sentiment: "bearish" as const };
    const at = { today: "2021-01-04", now: "2021-01-04T15:00:00.000Z" };
    const expired = newPrediction(mention, "no_valid_strike", at, settings);
    expect(predictionViewSchema.parse(toPredictionView(expired))).toEqual(expiredPredictionShown);
  });

  it("shows what it returned before its costs and after, and by which it was right", () => {
    const gained = { simulated_pnl_cents: 10_000, simulated_return_pct: 0.05, trading_costs_cents: 12_750 };
    const ended = { status: "resolved" as const, contracts_remaining: 0, is_correct: false };
    // Of 2,000 dollars 100 were gained; 127.50 of costs leave −27.50.
    expect(toPredictionView(prediction({ ...gained, ...ended }))).toMatchObject({
      ...{ simulated_return_pct: 0.05, is_correct: false },
      net: { trading_costs: 127.5, simulated_return_pct: -0.01375 },
    });
  });

  it("has each day's premium as a fraction of the entry's, and its exits in dollars", () => {
    const day = (day_offset: number, premium: number) => ({
      prediction_id: "t1_a.GME",
      day_offset,
      premium,
      underlying_price: null,
      recorded_at: "2021-01-05T15:00:00.000Z",
    });
    const exit = {
      id: "t1_a.GME.1",
      prediction_id: "t1_a.GME",
      exit_date: "2021-01-06",
      exit_premium: 4,
      exit_reason: "take_profit" as const,
      quantity_pct: 0.5,
      contracts_exited: 5,
      simulated_pnl_cents: 100_050,
      fill: null,
      observed_premium: 4.2,
      created_at: "2021-01-06T15:00:00.000Z",
    };
    const detail = toPredictionDetail(prediction(), [day(0, 2.0001), day(1, 1.5), day(2, 0)], [exit]);
    expect(predictionDetailSchema.parse(detail)).toEqual({
      ...predictionShown,
      prediction_outcomes: [
        [0, 2.0001, 0.00005],
        [1, 1.5, -0.25],
        [2, 0, -1],
      ].map(([day_offset, premium, pnl_pct]) => ({
        day_offset,
        premium,
        underlying_price: null,
        recorded_at: "2021-01-05T15:00:00.000Z",
        pnl_pct,
      })),
      prediction_exits: [
        {
          exit_date: "2021-01-06",
          exit_premium: 4,
          exit_reason: "take_profit",
          quantity_pct: 0.5,
          contracts_exited: 5,
          simulated_pnl: 1_000.5,
          created_at: "2021-01-06T15:00:00.000Z",
        },
      ],
    });
  });
});

describe("the filters of positions", () => {
  it("become one portfolio where they mean one, and nothing where none fits", () => {
    expect(withoutRedundancy({})).toEqual({});
    expect(withoutRedundancy({ instrument_type: "stock", ticker: "GME" })).toEqual({
      instrument_type: "stock",
      ticker: "GME",
    });
    const consensusOptions = { portfolio_id: "options_consensus" } as const;
    expect(withoutRedundancy({ instrument_type: "option", signal_type: "consensus" })).toEqual(consensusOptions);
    expect(withoutRedundancy({ ...consensusOptions, instrument_type: "option" })).toEqual(consensusOptions);
    expect(withoutRedundancy({ ...consensusOptions, signal_type: "consensus" })).toEqual(consensusOptions);
    expect(withoutRedundancy({ ...consensusOptions, instrument_type: "stock" })).toBe("none");
    expect(withoutRedundancy({ ...consensusOptions, signal_type: "quality", ticker: "GME" })).toBe("none");
  });

  it("are read from the first key of their own, the rest by attribute; up to one of them has a counter", () => {
    const partitions = [{ filter: "ticker", index: "gsi2" as const, pk: "T" }];
    const list = (filters: Record<string, string>) =>
      filteredList("X", filters, partitions, { index: "gsi1", pk: "ALL" });
    const whole = { index: "gsi1", pk: "ALL", descending: true };
    const ofTicker = { index: "gsi2", pk: "T", descending: true };
    expect(list({})).toEqual({ range: whole, counter: "X" });
    expect(list({ ticker: "GME" })).toEqual({ range: ofTicker, counter: "X#ticker=GME" });
    expect(list({ status: "open" })).toEqual({
      range: { ...whole, filter: { status: "open" } },
      counter: "X#status=open",
    });
    expect(list({ status: "open", ticker: "GME" })).toEqual({ range: { ...ofTicker, filter: { status: "open" } } });
  });
});
