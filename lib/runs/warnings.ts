import type { Clock } from "../runtime/clock.ts";
import { iso } from "../runtime/dates.ts";
import { type Action, put } from "../store/actions.ts";
import type { Store } from "../store/table.ts";
import { type Warning, warningSchema } from "./run.ts";

/** What a phase reports; `subject` says what it is about, so that a repeated phase reports it once. */
export interface WarningFacts {
  type: Warning["type"];
  subject: string;
  message: string;
  ticker: string | null;
  context: Record<string, unknown>;
}

/** The action that records a warning as an item of its own; parallel workers cannot lose each other's. */
export function warningAction(
  { store, clock }: { store: Store; clock: Clock },
  run: { id: string; phase: number },
  { subject, ...facts }: WarningFacts,
): Action {
  const warning = warningSchema.parse({ ...facts, phase: run.phase, timestamp: iso(clock.now()) });
  return put({ ...store.keys.warning(run.id, warning.type, subject), ...warning });
}
