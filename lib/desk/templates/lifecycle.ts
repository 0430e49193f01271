import { iso } from "../../runtime/dates.ts";
import type { Template } from "./record.ts";
import { isLate, isOpenSlot, slotAfter } from "./schedule.ts";

/** When something is to be done with a template: its next slot, or its end. Null where never again. */
export function dueAt({ status, next_slot, expires_at }: Template): string | null {
  if (status === "expired") return null;
  return status === "active" ? (next_slot ?? expires_at) : expires_at;
}

/** Whether its time is over, noted or not. */
export function isOver({ status, expires_at }: Template, now: Date): boolean {
  return status === "expired" || (expires_at !== null && expires_at <= iso(now));
}

/** Whether all the orders that it may make are made or about to be. */
export function isUsedUp({ max_executions, executions_begun }: Template): boolean {
  return max_executions !== null && executions_begun >= max_executions;
}

/** The template after a change. One that is not active has no next slot. */
export function changed(template: Template, now: Date, changes: Partial<Template>): Template {
  const after = { ...template, ...changes, updated_at: iso(now), version: template.version + 1 };
  return after.status === "active" ? after : { ...after, next_slot: null };
}

/** The first slot after an instant that lies before the template's end. */
export function nextSlot(template: Template, after: Date): string | null {
  const slot = iso(slotAfter(template, after));
  return template.expires_at !== null && slot >= template.expires_at ? null : slot;
}

/** What a schedule wants of a template. */
export type Step = { do: "expire" } | { do: "skip"; slot: string; reason: string } | { do: "execute"; slot: string };

/** What is to be done with a template now; undefined where nothing is. */
export function stepOf(template: Template, now: Date): Step | undefined {
  const { status, next_slot: slot } = template;
  if (status === "expired") return undefined;
  if (isOver(template, now)) return { do: "expire" };
  if (slot === null || slot > iso(now)) return undefined;
  if (!isOpenSlot(slot)) return { do: "skip", slot, reason: "The market is closed on this day." };
  if (isLate(slot, now)) return { do: "skip", slot, reason: "It was found more than 10 minutes late." };
  // The last orders that it may make are being made: they are waited for, because one that fails leaves room.
  return isUsedUp(template) ? undefined : { do: "execute", slot };
}

/** The template once an order was made of it. */
export function executed(template: Template, now: Date): Template {
  const execution_count = template.execution_count + 1;
  const isLast = execution_count === template.max_executions;
  const changes = { execution_count, last_executed: iso(now), ...(isLast && { status: "expired" as const }) };
  return changed(template, now, changes);
}

/** The template where no order came of what was begun. */
export function notExecuted(template: Template, now: Date): Template {
  return changed(template, now, { executions_begun: template.executions_begun - 1 });
}
