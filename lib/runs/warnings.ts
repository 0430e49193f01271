import * as z from "zod";
import { iso } from "../runtime/dates.ts";
import { type Action, put } from "../store/actions.ts";
import type { RunKind } from "./kind.ts";
import { warningSchema } from "./run.ts";
import type { RunServices } from "./services.ts";

/** What a phase reports; `subject` says what it is about, so that a repeated phase reports it once. */
export interface WarningFacts<W extends string = string> {
  type: W;
  subject: string;
  message: string;
  ticker: string | null;
  context: Record<string, unknown>;
}

/** The action that records a warning as an item of its own; parallel workers cannot lose each other's. */
export function warningAction(
  kind: Pick<RunKind, "keys" | "warningTypes">,
  { store, clock }: Pick<RunServices, "store" | "clock">,
  run: { id: string; phase: number },
  { subject, ...facts }: WarningFacts,
): Action {
  const warning = warningSchemaOf(kind).parse({ ...facts, phase: run.phase, timestamp: iso(clock.now()) });
  return put({ ...kind.keys(store.keys).warning(run.id, warning.type, subject), ...warning });
}

/** The warnings of a kind's runs; any other type is a programming error and does not parse. */
export function warningSchemaOf({ warningTypes }: Pick<RunKind, "warningTypes">) {
  return warningSchema.extend({ type: z.enum(warningTypes) });
}
