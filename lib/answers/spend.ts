import * as z from "zod";
import { microDollars, type TokenPrices } from "../providers/openai/cost.ts";
import type { ModelAnswer, ModelUsage } from "../providers/openai/model.ts";
import type { Clock } from "../runtime/clock.ts";
import { utcMonth } from "../runtime/dates.ts";
import { AppError, isAppError } from "../runtime/errors.ts";
import { update } from "../store/actions.ts";
import { ifBelow } from "../store/expressions.ts";
import type { Store } from "../store/table.ts";

/** The model's parts in an answer. */
export const roles = ["researcher", "sql_researcher", "orchestrator", "writer", "checker"] as const;
export type Role = (typeof roles)[number];

interface SpendServices {
  store: Store;
  clock: Clock;
  prices: TokenPrices;
}

/** A call that is about to be made. */
interface Asked {
  runId: string;
  role: Role;
  budgetUsd: number;
  /** The most that it may use, as it is estimated. */
  most: ModelUsage;
}

const spentBudget = "budget spent";

/**
 * The model's answer, paid from the run's budget: the most that the call may cost is set aside before it is made, and what
 * it did cost is booked after it, also where it failed. Throws `BudgetSpent` where the budget does not hold that much, and
 * what `call` throws. A function that dies in between leaves the sum set aside.
 */
export async function pay<T>(
  services: SpendServices,
  { runId, role, budgetUsd, most }: Asked,
  call: () => Promise<ModelAnswer<T>>,
): Promise<T> {
  const { store, prices } = services;
  const key = store.keys.answerSpend(runId);
  const reserved = microDollars(most, prices);
  const left = budgetUsd * 1_000_000 - reserved;
  const taken = await store.transact([
    update(key, { add: { committed_micro_usd: reserved } }, ifBelow("committed_micro_usd", left + 1, spentBudget)),
  ]);
  if (!taken.applied) {
    throw new AppError("BudgetSpent", "RUN_FAILED", `The run's budget of $${budgetUsd} does not allow another call.`);
  }
  try {
    const { value, usage } = await call();
    await book(services, { runId, role, reserved, usage });
    return value;
  } catch (error) {
    await book(services, { runId, role, reserved, usage: usageIn(error) });
    throw error;
  }
}

/** What a failed call had used by then. */
function usageIn(error: unknown): ModelUsage {
  const details = isAppError(error) ? (error.details as { usage?: ModelUsage } | undefined) : undefined;
  return details?.usage ?? { promptTokens: 0, completionTokens: 0 };
}

async function book(
  { store, clock, prices }: SpendServices,
  { runId, role, reserved, usage }: { runId: string; role: Role; reserved: number; usage: ModelUsage },
): Promise<void> {
  const cost = microDollars(usage, prices);
  const spent = {
    committed_micro_usd: cost - reserved,
    spent_micro_usd: cost,
    [`${role}_calls`]: 1,
    [`${role}_input_tokens`]: usage.promptTokens,
    [`${role}_output_tokens`]: usage.completionTokens,
    [`${role}_micro_usd`]: cost,
  };
  const month = store.keys.spend(utcMonth(clock.now()));
  await store.transact([
    update(store.keys.answerSpend(runId), { add: spent }),
    ...(cost > 0 ? [update(month, { add: { micro_usd: cost } })] : []),
  ]);
}

const counters = z.record(z.string(), z.union([z.string(), z.number()]));

/** What one role, or all, came to. */
interface Usage {
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
  cost_usd: number;
}

/** `llm_usage` of the run log (spec answer-runs 4.1), with what it cost; undefined before the first call. */
export async function readUsage({ store }: Pick<SpendServices, "store">, runId: string) {
  const ledger = await store.get(store.keys.answerSpend(runId), counters);
  if (!ledger) return undefined;
  const count = (name: string) => Number(ledger[name] ?? 0);
  const used = roles.filter((role) => count(`${role}_calls`) > 0);
  const usageOf = (role: Role): Usage => {
    const [input_tokens, output_tokens] = [count(`${role}_input_tokens`), count(`${role}_output_tokens`)];
    const total_tokens = input_tokens + output_tokens;
    return { total_tokens, input_tokens, output_tokens, cost_usd: count(`${role}_micro_usd`) / 1_000_000 };
  };
  const sum = (field: (role: Role) => number) => used.reduce((total, role) => total + field(role), 0);
  return {
    calls: sum((role) => count(`${role}_calls`)),
    totals: {
      total_tokens: sum((role) => usageOf(role).total_tokens),
      input_tokens: sum((role) => usageOf(role).input_tokens),
      output_tokens: sum((role) => usageOf(role).output_tokens),
      cost_usd: count("spent_micro_usd") / 1_000_000,
    },
    per_agent: Object.fromEntries(used.map((role) => [role, usageOf(role)])),
  };
}
