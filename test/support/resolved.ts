import { newYorkDay } from "../../lib/runtime/dates.ts";
import type { Services } from "../../lib/services.ts";
import { counterActions } from "../../lib/store/counters.ts";
import { predictionInstrument } from "../../lib/trading/predictions/instrument.ts";
import { type FollowedPrediction, predictionSchema } from "../../lib/trading/predictions/record.ts";
import { applyPredictionDecision } from "../../lib/trading/predictions/rules.ts";
import { createPrediction, creationCounts, savePrediction } from "../../lib/trading/predictions/stored.ts";
import { prediction, settings, unquoted } from "./trading.ts";

/** A prediction that is followed: ten calls bought at 2.00, of a contract that, like its comment, has its name. */
export function trackedOf(name: string, changes: Partial<FollowedPrediction> = {}): FollowedPrediction {
  return prediction({ id: `${name}.GME`, comment_id: name, contract_symbol: `GME   ${name}`, ...changes });
}

/** Stores predictions that are followed, 45 at most. */
export async function seedTracked({ store }: Services, tracked: readonly FollowedPrediction[]): Promise<void> {
  const created = tracked.flatMap((each) => createPrediction(store.keys, each));
  const outcome = await store.transact([...created, ...counterActions(store.keys, tracked.map(creationCounts))]);
  if (!outcome.applied) throw new Error(`refused: ${outcome.refusals.join(", ")}`);
}

/** Sells all ten calls of a stored prediction at `premium` (2.00 gains nothing), as monitoring would. */
export async function resolve({ store }: Services, id: string, premium: number, at: string): Promise<void> {
  const before = await store.get(store.keys.prediction(id), predictionSchema);
  if (before?.status !== "tracking") throw new Error(`${id} is not followed`);
  const exit = {
    reason: "time_stop" as const,
    fill_price: premium,
    observed_price: premium,
    candle: null,
    exit_date: newYorkDay(new Date(at)),
    quantity: before.contracts_remaining,
    quantity_pct: 1,
  };
  const instrument = { ...predictionInstrument(before), remaining_quantity: 0 };
  const observed = { premium, offered: unquoted.offered, now: at };
  const after = applyPredictionDecision(before, { exits: [exit], instrument }, observed, settings);
  const outcome = await store.transact(savePrediction(store.keys, before, after.prediction, after.exits));
  if (!outcome.applied) throw new Error(`refused: ${outcome.refusals.join(", ")}`);
}

/** One resolved prediction for each premium, a minute apart, named `p00`, `p01` … */
export async function seedResolved(
  services: Services,
  author: string,
  premiums: readonly number[],
  { prefix = "p", from = "2026-02-27T16:00:00.000Z" } = {},
): Promise<string[]> {
  const names = premiums.map((_, index) => `${prefix}${String(index).padStart(2, "0")}`);
  await seedTracked(
    services,
    names.map((name) => trackedOf(name, { author })),
  );
  await Promise.all(
    premiums.map((premium, index) => {
      const at = new Date(Date.parse(from) + index * 60_000).toISOString();
      return resolve(services, `${names[index]}.GME`, premium, at);
    }),
  );
  return names.map((name) => `${name}.GME`);
}
