import { expect, it } from "vitest";
import { runBudget, spendOf } from "../../../lib/analysis/spend.ts";
import { keysOf } from "../../../lib/store/keys.ts";
import type { Store } from "../../../lib/store/table.ts";

const prices = { inputUsdPerMillion: 0.15, outputUsdPerMillion: 0.6 };
const services = {
  store: { keys: keysOf("live") } as Store,
  clock: { now: () => new Date("2026-02-28T23:59:59.999-05:00") },
  prices,
};

it("calls are booked together, rounded once, in the UTC month", () => {
  // 1,001 × 0.15 + 200 × 0.60 are 270.15 millionths of a dollar.
  const spend = spendOf(services, [
    { promptTokens: 500, completionTokens: 100 },
    { promptTokens: 501, completionTokens: 100 },
  ]);
  expect(spend.microUsd).toBe(271);
  expect(spend.counters).toEqual({ llm_prompt_tokens: 1_001, llm_completion_tokens: 200, llm_cost_micro_usd: 271 });
  expect(spend.actions).toEqual([
    { kind: "update", key: services.store.keys.spend("2026-03"), changes: { add: { micro_usd: 271 } } },
  ]);
});

it("calls that cost nothing book nothing", () => {
  expect(spendOf(services, []).actions).toEqual([]);
});

it.each([
  { what: "has answered calls of a cent", already: 0, reason: null, isSpent: true },
  { what: "lacks a millionth", already: -1, reason: null, isSpent: false },
  { what: "ended early before", already: -5_000, reason: "budget_exhausted" as const, isSpent: true },
])("the budget of one cent of a run that $what is spent: $isSpent", ({ already, reason, isSpent }) => {
  const budget = runBudget({ llm_cost_micro_usd: 4_000 + already, analysis_incomplete_reason: reason }, 0.01, prices);
  expect(budget.isSpent()).toBe(reason !== null);
  budget.take({ promptTokens: 40_000, completionTokens: 0 });
  expect(budget.isSpent()).toBe(isSpent);
});
