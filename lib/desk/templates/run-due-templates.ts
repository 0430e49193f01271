import * as z from "zod";
import { iso } from "../../runtime/dates.ts";
import type { Report } from "../../store/events.ts";
import { ifAbsent } from "../../store/expressions.ts";
import { abandonedBefore, claimedExecution, takeOver } from "./claim.ts";
import { changed, nextSlot, type Step, stepOf } from "./lifecycle.ts";
import { perform } from "./perform.ts";
import { type Execution, executionSchema, type Template } from "./record.ts";
import { findTemplate, putExecution, refused, saveTemplate, type TemplateServices } from "./stored.ts";

/**
 * Does with every template what its schedule wants now (spec orders 6.3 and 9.3); called every minute, and as often as
 * anybody likes: of a slot's deliveries one claims it, so it makes one order at most. What was claimed by one that was
 * killed is finished here too, so no slot is lost.
 */
export async function runDueTemplates(services: TemplateServices): Promise<void> {
  const abandoned = await abandonedExecutions(services);
  for (const execution of abandoned) {
    await apart(services, execution.template_id, async () => {
      const claimed = await takeOver(services, execution);
      if (claimed) await perform(services, claimed, { isResumed: true });
    });
  }
  for (const id of await dueTemplates(services)) await apart(services, id, () => runTemplate(services, id));
}

/** One template that cannot be read or run must not keep the others from their slots. */
async function apart({ log }: TemplateServices, templateId: string, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => log.error("a template was not run", { templateId, error }));
}

async function abandonedExecutions({ store, clock }: TemplateServices): Promise<Execution[]> {
  const { gsi4pk: pk } = store.keys.claimedExecutionIndex({ execution_id: "", claimed_at: "" });
  return store.queryAll({ index: "gsi4", pk, to: `${abandonedBefore(clock.now())}#~` }, executionSchema);
}

async function dueTemplates({ store, clock }: TemplateServices): Promise<string[]> {
  const { gsi4pk: pk = "" } = store.keys.templateIndex({ template_id: "", symbol: "", status: "active", due: "" });
  const range = { index: "gsi4", pk, to: `${iso(clock.now())}#~` } as const;
  const due = await store.queryAll(range, z.object({ template_id: z.string() }));
  return due.map(({ template_id }) => template_id);
}

/** Slot by slot, until none is due: after a standstill today's slot must not wait for all that were missed. */
async function runTemplate(services: TemplateServices, id: string): Promise<void> {
  for (;;) {
    const template = await findTemplate(services, id);
    const step = template && stepOf(template, services.clock.now());
    if (!step) return;
    await take(services, template, step);
  }
}

async function take(services: TemplateServices, template: Template, step: Step): Promise<void> {
  const now = services.clock.now();
  if (step.do === "expire") {
    await saveTemplate(services, { before: template, after: changed(template, now, { status: "expired" }) });
    return;
  }
  const { slot } = step;
  const { api_key_id } = template;
  const claimed = claimedExecution(template, { time: slot, scheduled_for: slot, api_key_id }, now);
  if (step.do === "execute") {
    const begun = { executions_begun: template.executions_begun + 1 };
    if (await settle(services, template, claimed, begun)) await perform(services, claimed);
    return;
  }
  const { reason: error_message } = step;
  const skipped = { ...claimed, status: "skipped", error_message, executed_at: iso(now), claimed_at: null } as const;
  await settle(services, template, skipped, {}, reportsOf(template, step));
}

/** Stores a slot's execution and goes on to the next slot; answers whether this one was first to do so. */
async function settle(
  services: TemplateServices,
  before: Template,
  execution: Execution,
  changes: Partial<Template>,
  reports: readonly Report[] = [],
): Promise<boolean> {
  const { store, clock } = services;
  const next = { next_slot: nextSlot(before, new Date(execution.scheduled_for ?? "")) };
  const after = changed(before, clock.now(), { ...next, ...changes });
  const actions = [putExecution(store.keys, execution, ifAbsent(refused.slot))];
  const written = await saveTemplate(services, { before, after }, { actions, reports });
  if (written.applied) return true;
  // Another machine's clock may go behind, and its change of the time bring a slot that has had its execution.
  const isPast = written.refusals.includes(refused.slot) && !written.refusals.includes(refused.template);
  if (isPast) await saveTemplate(services, { before, after: changed(before, clock.now(), next) });
  return false;
}

/** A month is long: that its slot was skipped is told. */
function reportsOf(template: Template, { slot, reason }: Step & { do: "skip" }): Report[] {
  const { template_id, name, schedule_type } = template;
  if (schedule_type !== "monthly") return [];
  const message = `The template "${name}" was not executed at ${slot}. ${reason}`;
  return [
    {
      channel: "alerts",
      type: "alert",
      subject_id: template_id,
      data: { level: "info", message, source: "templates" },
    },
  ];
}
