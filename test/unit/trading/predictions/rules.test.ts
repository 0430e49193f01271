import { describe, expect, it } from "vitest";
import { decideExits } from "../../../../lib/trading/exits/decide.ts";
import type { MarketView } from "../../../../lib/trading/exits/steps.ts";
import { optionTypeOf } from "../../../../lib/trading/instruments/terms.ts";
import { predictionInstrument } from "../../../../lib/trading/predictions/instrument.ts";
import { type FollowedPrediction, predictionSchema } from "../../../../lib/trading/predictions/record.ts";
import {
  applyPredictionDecision,
  correctness,
  newPrediction,
  outcomePnlPct,
  overridePrediction,
  predictionContracts,
  predictionOutcome,
} from "../../../../lib/trading/predictions/rules.ts";
import { market, openDate, openedAt, prediction, settings, unquoted } from "../../../support/trading.ts";

const now = "2021-01-06T16:00:00.000Z";

function follow(followed: FollowedPrediction, view: Partial<MarketView>) {
  const decision = decideExits(predictionInstrument(followed), market(view), settings);
  return applyPredictionDecision(
    followed,
    decision,
    { premium: view.price ?? null, offered: unquoted.offered, now },
    settings,
  );
}

describe("a new prediction", () => {
  const mention = {
    comment_id: "t1_a",
    ticker: "GME",
    author: "ape",
    sentiment: "bullish" as const,
    analysis_run_id: "run",
  };
  const contract = {
    contract_symbol: "GME_012221C50",
    option_type: "call" as const,
    strike_price: 50,
    expiration_date: "2021-01-22",
    delta: 0.31,
    dte: 18,
    mark: 2,
    bid: 1.9,
    ask: 2.1,
    underlying_price: 45,
    quoted_at: null,
  };
  const at = { today: openDate, now: openedAt };

  it("holds its contract, with the entry as its peak", () => {
    const created = newPrediction(mention, contract, at, settings);
    // Ten contracts at 2.10 and 1 % of slippage, 2.121, cost 121 dollars more than at 2.00, and 6.50 of commission.
    const fill = { bid: 1.9, ask: 2.1, net_price: 2.121, commission_cents: 650, cost_cents: 12_750 };
    expect(created).toEqual(prediction({ entry_fill: fill, trading_costs_cents: 12_750 }));
    expect(predictionSchema.parse(created)).toEqual(created);
  });

  it.each(["no_valid_strike", "broker_unavailable"] as const)("without a contract is expired: %s", (reason) => {
    const created = newPrediction({ ...mention, sentiment: "bearish" }, reason, at, settings);
    expect(created).toMatchObject({
      id: "t1_a.GME",
      status: "expired",
      expired_reason: reason,
      option_type: "put",
      contract_symbol: null,
      contracts: null,
      entry_premium: null,
      is_correct: null,
    });
    expect(predictionSchema.parse(created)).toEqual(created);
  });

  it("buys calls on rising prices and puts on falling ones", () => {
    expect([optionTypeOf("bullish"), optionTypeOf("bearish")]).toEqual(["call", "put"]);
  });

  it.each([
    { premium: 2.44, contracts: 8 },
    { premium: 2, contracts: 10 },
    { premium: 2.0001, contracts: 9 },
    { premium: 0.01, contracts: 2000 },
    { premium: 20, contracts: 1 },
    { premium: 20.01, contracts: 1 },
    { premium: 400, contracts: 1 },
  ])("at a premium of $premium holds $contracts contracts", ({ premium, contracts }) => {
    expect(predictionContracts(premium, settings)).toBe(contracts);
  });
});

describe("following a prediction", () => {
  it("simulates the exit of half at double the premium and keeps tracking", () => {
    const { prediction: after, exits } = follow(prediction(), { price: 4.2 });
    expect(exits).toEqual([
      {
        id: "t1_a.GME.1",
        prediction_id: "t1_a.GME",
        exit_date: openDate,
        exit_premium: 4.2,
        exit_reason: "take_profit",
        quantity_pct: 0.5,
        contracts_exited: 5,
        simulated_pnl_cents: 110_000,
        // 4.2 × 0.99 = 4.158; 5 contracts are $2,079 instead of $2,100, and 5 × $0.65.
        fill: { bid: null, ask: null, net_price: 4.158, commission_cents: 325, cost_cents: 2425 },
        observed_premium: 4.2,
        created_at: now,
      },
    ]);
    expect(after).toMatchObject({
      status: "tracking",
      contracts_remaining: 5,
      current_premium: 4.2,
      peak_premium: 4.2,
      trailing_stop_active: true,
      simulated_return_pct: null,
      is_correct: null,
      exit_reason: "take_profit",
    });
  });

  it("resolves with the return over all exits", () => {
    const half = follow(prediction(), { price: 4.2 }).prediction;
    // Below 4.2 × 0.7 = 2.94: (4.2 − 2) × 5 × 100 + (2.9 − 2) × 5 × 100 = 1,550 of 2 × 10 × 100.
    const { prediction: after, exits } = follow(half, { price: 2.9, today: "2021-01-06" });
    expect(exits).toMatchObject([
      { id: "t1_a.GME.2", exit_reason: "trailing_stop", exit_premium: 2.9, contracts_exited: 5, quantity_pct: 1 },
    ]);
    expect(after).toMatchObject({
      status: "resolved",
      resolved_at: now,
      contracts_remaining: 0,
      simulated_pnl_cents: 155_000,
      simulated_return_pct: 0.775,
      is_correct: true,
      exit_reason: "trailing_stop",
      exit_count: 2,
    });
  });

  it("resolves a premium of 0 as a stop-loss of everything", () => {
    expect(follow(prediction(), { price: 0 }).prediction).toMatchObject({
      status: "resolved",
      exit_reason: "stop_loss",
      current_premium: 0,
      simulated_return_pct: -1,
      is_correct: false,
    });
  });

  it("settles one whose expiration was missed", () => {
    const { prediction: after, exits } = follow(prediction(), { today: "2021-02-01", expirationClose: 53 });
    expect(exits).toMatchObject([
      { exit_reason: "expiration", exit_premium: 3, contracts_exited: 10, quantity_pct: 1, exit_date: "2021-01-22" },
    ]);
    expect(after).toMatchObject({ status: "resolved", simulated_return_pct: 0.5, current_premium: null });
  });

  it("keeps the last premium where there is no new one", () => {
    const before = prediction({ current_premium: 0.1 });
    expect(follow(before, { price: null, today: "2021-01-15" })).toEqual({ prediction: before, exits: [] });
  });

  it("never lowers the peak", () => {
    expect(follow(prediction({ peak_premium: 3.5 }), { price: 3 }).prediction).toMatchObject({
      peak_premium: 3.5,
      current_premium: 3,
    });
  });

  it("leaves a resolved one alone", () => {
    const resolved = prediction({ status: "resolved", contracts_remaining: 0, resolved_at: openedAt });
    expect(follow(resolved, { today: "2021-02-01" })).toEqual({ prediction: resolved, exits: [] });
  });

  it("notes a day's premium", () => {
    const observed = { premium: 2.5, underlyingPrice: 47, today: "2021-01-07", now };
    expect(predictionOutcome(prediction(), observed)).toEqual({
      prediction_id: "t1_a.GME",
      day_offset: 3,
      premium: 2.5,
      underlying_price: 47,
      recorded_at: now,
    });
    expect(outcomePnlPct(2.5, 2)).toBe(0.25);
  });
});

describe("whether a prediction was right", () => {
  it.each([
    { gained: 0.001, override: null, right: true },
    { gained: 0, override: null, right: false },
    { gained: -0.001, override: null, right: false },
    { gained: -5, override: "correct", right: true },
    { gained: 5, override: "incorrect", right: false },
    { gained: 5, override: "excluded", right: null },
  ] as const)("after $gained with the word $override: $right", ({ gained, override, right }) => {
    expect(correctness(gained, override)).toBe(right);
  });

  it.each([
    // The opening cost $127.50 beyond its paper price, the settlement nothing; ten contracts gain a cent as $10.
    { close: 52.1, gross: 0.05, right: false },
    { close: 52.1275, gross: 0.06375, right: false },
    { close: 52.2, gross: 0.1, right: true },
  ])("settled at $close gained $gross before its costs, and was right: $right", ({ close, gross, right }) => {
    const opened = prediction({ trading_costs_cents: 12_750 });
    const { prediction: after } = follow(opened, { today: "2021-02-01", expirationClose: close });
    expect(after).toMatchObject({ status: "resolved", simulated_return_pct: gross, is_correct: right });
  });

  it.each([
    { word: "correct", right: true },
    { word: "incorrect", right: false },
    { word: "excluded", right: null },
  ] as const)("is $right after the word $word before the end, and stays so", ({ word, right }) => {
    const { prediction: after, replayAuthor } = overridePrediction(prediction(), word, now);
    expect(after).toMatchObject({ hitl_override: word, hitl_override_at: now, is_correct: right, status: "tracking" });
    expect(replayAuthor).toBe(false);
    expect(follow(after as FollowedPrediction, { price: 0 }).prediction.is_correct).toBe(right);
  });

  it("asks for a replay where the author's accuracy holds the former result", () => {
    const applied = prediction({ status: "resolved", is_correct: true, accuracy_applied_at: openedAt });
    expect(overridePrediction(applied, "incorrect", now).replayAuthor).toBe(true);
    expect(overridePrediction(applied, "excluded", now).replayAuthor).toBe(true);
    expect(overridePrediction(applied, "correct", now).replayAuthor).toBe(false);
  });

  it("does not change by the same word again", () => {
    const { prediction: once } = overridePrediction(prediction(), "correct", now);
    expect(overridePrediction(once, "correct", "2021-01-09T00:00:00.000Z")).toEqual({
      prediction: once,
      replayAuthor: false,
    });
  });
});
