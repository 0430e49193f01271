import * as z from "zod";
import { microDollars, type TokenPrices } from "../providers/openai/cost.ts";
import type { ModelUsage } from "../providers/openai/model.ts";
import type { Clock } from "../runtime/clock.ts";
import { utcMonth } from "../runtime/dates.ts";
import { type Action, update } from "../store/actions.ts";
import type { Store } from "../store/table.ts";
import type { Run } from "./run.ts";

interface SpendServices {
  store: Store;
  clock: Clock;
  prices: TokenPrices;
}

/** What calls of the model add to the month's ledger (`actions`) and to their run, to be written together. */
export interface Spend {
  microUsd: number;
  actions: Action[];
  counters: { llm_prompt_tokens: number; llm_completion_tokens: number; llm_cost_micro_usd: number };
}

/** The spend of some calls, booked in the month it is now. */
export function spendOf({ store, clock, prices }: SpendServices, usages: readonly ModelUsage[]): Spend {
  const usage = { promptTokens: 0, completionTokens: 0 };
  for (const { promptTokens, completionTokens } of usages) {
    usage.promptTokens += promptTokens;
    usage.completionTokens += completionTokens;
  }
  const microUsd = microDollars(usage, prices);
  const ledger = store.keys.spend(utcMonth(clock.now()));
  return {
    microUsd,
    actions: microUsd > 0 ? [update(ledger, { add: { micro_usd: microUsd } })] : [],
    counters: {
      llm_prompt_tokens: usage.promptTokens,
      llm_completion_tokens: usage.completionTokens,
      llm_cost_micro_usd: microUsd,
    },
  };
}

const ledgerSchema = z.object({ micro_usd: z.number() });

/** What the model has cost this month, in dollars. */
export async function readMonthSpend({ store, clock }: SpendServices): Promise<{ month: string; usd: number }> {
  const month = utcMonth(clock.now());
  const ledger = await store.get(store.keys.spend(month), ledgerSchema);
  return { month, usd: (ledger?.micro_usd ?? 0) / 1_000_000 };
}

/** What a run may still spend on the model. Counts calls when they are answered, which is before they are booked. */
export function runBudget(
  run: Pick<Run, "llm_cost_micro_usd" | "analysis_incomplete_reason">,
  limitUsd: number,
  prices: TokenPrices,
) {
  let microUsd = run.llm_cost_micro_usd;
  return {
    take(usage: ModelUsage): void {
      microUsd += microDollars(usage, prices);
    },
    isSpent: () => run.analysis_incomplete_reason !== null || microUsd >= limitUsd * 1_000_000,
  };
}
