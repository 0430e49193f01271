import { AppError } from "../../runtime/errors.ts";
import { type Action, put, remove } from "../../store/actions.ts";
import { type CounterChanges, counterActions } from "../../store/counters.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { type Report, transactReporting } from "../../store/events.ts";
import { type Condition, ifAbsent, ifUnchanged } from "../../store/expressions.ts";
import type { Keys } from "../../store/keys.ts";
import type { TransactionOutcome } from "../../store/table.ts";
import type { DeskServices } from "../services.ts";
import { changed, dueAt, isOver } from "./lifecycle.ts";
import { type Execution, executionSchema, type Template, templateSchema } from "./record.ts";

export type TemplateServices = Pick<DeskServices, "store" | "config" | "clock" | "sleep" | "ids" | "log">;

/** What a transaction is refused as. */
export const refused = { template: "template changed", execution: "execution changed", slot: "slot taken" } as const;

export async function findTemplate(
  { store }: Pick<TemplateServices, "store">,
  id: string,
): Promise<Template | undefined> {
  return store.get(store.keys.template(id), templateSchema);
}

/** Throws `NOT_FOUND`. */
export async function readTemplate(services: Pick<TemplateServices, "store">, id: string): Promise<Template> {
  const template = await findTemplate(services, id);
  if (template) return template;
  throw new AppError("NotFound", "NOT_FOUND", "There is no such template.");
}

/** The actions that store a new template. */
export function newTemplateActions(keys: Keys, template: Template): Action[] {
  return [putTemplate(keys, template, ifAbsent()), ...counterActions(keys, [listCounts(template, 1)])];
}

/** The actions that remove a template and leave what came of it. */
export function removalActions(keys: Keys, template: Template): Action[] {
  const condition = ifUnchanged("version", template.version, refused.template);
  return [remove(keys.template(template.template_id), condition), ...counterActions(keys, [listCounts(template, -1)])];
}

/** The actions that store what a template has become, if nobody else changed it since `before` was read. */
function changeActions(keys: Keys, before: Template, after: Template): Action[] {
  return [
    putTemplate(keys, after, ifUnchanged("version", before.version, refused.template)),
    ...counterActions(keys, [statusCounts(before, -1), statusCounts(after, 1)]),
  ];
}

/** Stores what a template has become, with what belongs to that: all or nothing. A template that is gone stays so. */
export function saveTemplate(
  services: TemplateServices,
  change: { before: Template; after: Template } | undefined,
  more: { actions?: readonly Action[]; reports?: readonly Report[] } = {},
): Promise<TransactionOutcome> {
  const { store } = services;
  const actions = change ? changeActions(store.keys, change.before, change.after) : [];
  return transactReporting(services, [...actions, ...(more.actions ?? [])], more.reports ?? []);
}

/**
 * Changes a template as `decide` says, who answers undefined where it is right as it is, and is asked anew where another
 * write came between. Throws `NOT_FOUND`, `TEMPLATE_EXPIRED`, and what `decide` throws.
 */
export async function alterTemplate(
  services: TemplateServices,
  id: string,
  decide: (template: Template, now: Date) => Partial<Template> | undefined,
): Promise<Template> {
  return decideAnew(services, async () => {
    const before = await readTemplate(services, id);
    const now = services.clock.now();
    refuseExpired(before, now);
    const changes = decide(before, now);
    if (!changes) return before;
    const after = changed(before, now, changes);
    const written = await saveTemplate(services, { before, after });
    return written.applied ? after : undefined;
  });
}

/** Throws `TEMPLATE_EXPIRED`. */
export function refuseExpired(template: Template, now: Date): void {
  if (!isOver(template, now)) return;
  throw new AppError("Conflict", "TEMPLATE_EXPIRED", "The template has expired. Make a new one to go on.");
}

type ExecutionName = Pick<Execution, "execution_id" | "template_id">;

/** What names an execution within its template: its slot, or when it was asked for. */
function timeOf({ execution_id, template_id }: ExecutionName): string {
  return execution_id.slice(template_id.length + 1);
}

export function executionId(templateId: string, time: string): string {
  return `${templateId}.${time}`;
}

export async function findExecution(
  { store }: Pick<TemplateServices, "store">,
  name: ExecutionName,
): Promise<Execution | undefined> {
  return store.get(store.keys.templateExecution(name.template_id, timeOf(name)), executionSchema);
}

/** The action that stores an execution. While it is claimed it is found by when. */
export function putExecution(keys: Keys, execution: Execution, condition: Condition): Action {
  const { template_id, claimed_at } = execution;
  return put(
    {
      ...keys.templateExecution(template_id, timeOf(execution)),
      ...(claimed_at !== null && keys.claimedExecutionIndex({ ...execution, claimed_at })),
      ...execution,
    },
    condition,
  );
}

function putTemplate(keys: Keys, template: Template, condition: Condition): Action {
  const place = keys.templateIndex({ ...template, due: dueAt(template) });
  return put({ ...keys.template(template.template_id), ...place, ...template }, condition);
}

function listCounts(template: Template, change: number): CounterChanges {
  return {
    TEMPLATES: change,
    [`TEMPLATES#symbol=${template.symbol}`]: change,
    ...statusCounts(template, change),
  };
}

function statusCounts({ status }: Template, change: number): CounterChanges {
  return { [`TEMPLATES#status=${status}`]: change };
}
