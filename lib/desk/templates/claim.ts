import { iso } from "../../runtime/dates.ts";
import { ifUnchanged } from "../../store/expressions.ts";
import type { Execution, Template } from "./record.ts";
import { executionId, findExecution, putExecution, refused, type TemplateServices } from "./stored.ts";

/** Longer than a function lives: whoever claimed an execution before that is gone. */
const goneAfterMs = 2 * 60_000;

interface Claim {
  /** Its slot, or when it was asked for. */
  time: string;
  scheduled_for: string | null;
  api_key_id: string;
}

/** An execution that whoever stores it takes on. */
export function claimedExecution({ template_id }: Template, { time, ...claim }: Claim, now: Date): Execution {
  return {
    execution_id: executionId(template_id, time),
    template_id,
    order_id: null,
    executed_at: null,
    status: "claimed",
    error_message: null,
    claimed_at: iso(now),
    ...claim,
  };
}

/** Claims an execution anew whose claimant is gone; undefined where it is done, or another did so. */
export async function takeOver(services: TemplateServices, named: Execution): Promise<Execution | undefined> {
  const { store, clock } = services;
  const execution = await findExecution(services, named);
  const now = clock.now();
  if (!execution?.claimed_at || execution.claimed_at > abandonedBefore(now)) return undefined;
  const claimed = { ...execution, claimed_at: iso(now) };
  const condition = ifUnchanged("claimed_at", execution.claimed_at, refused.execution);
  const written = await store.transact([putExecution(store.keys, claimed, condition)]);
  return written.applied ? claimed : undefined;
}

/** Claims from before this instant have nobody any more. */
export function abandonedBefore(now: Date): string {
  return iso(new Date(now.getTime() - goneAfterMs));
}
