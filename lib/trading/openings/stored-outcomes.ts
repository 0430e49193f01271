import { type Signal, signalSchema } from "../../analysis/signals/signal.ts";
import type { RunServices } from "../../runs/services.ts";
import { type Action, put } from "../../store/actions.ts";
import { ifAbsent, ifUnchanged } from "../../store/expressions.ts";
import type { Keys } from "../../store/keys.ts";
import { positionId } from "../positions/record.ts";
import type { SignalInPortfolio } from "./signal-in-portfolio.ts";
import { type SignalOutcome, signalOutcomeSchema } from "./signal-outcome.ts";

type StoreServices = Pick<RunServices, "store">;

/** All signals of a UTC day, read strongly. */
export async function readSignalsOf({ store }: StoreServices, day: string): Promise<Signal[]> {
  return store.queryAll({ pk: store.keys.signal(day).pk, prefix: "SIGNAL#" }, signalSchema);
}

/** What became of a UTC day's signals so far, by the ids of the positions they may open, read strongly. */
export async function readOutcomesOf({ store }: StoreServices, day: string): Promise<Map<string, SignalOutcome>> {
  const outcomes = await store.queryAll({ pk: store.keys.signal(day).pk, prefix: "OUTCOME#" }, signalOutcomeSchema);
  return new Map(outcomes.map((outcome) => [positionId(outcome.signal_id, outcome.portfolio_id), outcome]));
}

/** What became of a signal in a portfolio so far, read strongly. */
export async function readOutcome(
  { store }: StoreServices,
  pair: SignalInPortfolio,
): Promise<SignalOutcome | undefined> {
  return store.get(store.keys.signalOutcome(pair.signal.id, pair.portfolioId), signalOutcomeSchema);
}

/** Stores what became of a signal in a portfolio; refused where another invocation of the run has decided it since `before` was read. */
export function saveOutcome(keys: Keys, before: SignalOutcome | undefined, after: SignalOutcome): Action {
  const condition = before ? ifUnchanged("run_id", before.run_id) : ifAbsent();
  return put({ ...keys.signalOutcome(after.signal_id, after.portfolio_id), ...after }, condition);
}
