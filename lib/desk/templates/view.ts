import * as z from "zod";
import { type Template, templateSchema } from "./record.ts";
import { dueTimes } from "./schedule.ts";

const shownTimes = 5;

/** A template as it is shown, with the times at which it will make orders. */
export const templateViewSchema = templateSchema
  .omit({ next_slot: true, executions_begun: true, version: true, api_key_id: true })
  .extend({
    next_execution: z.string().nullable().describe("Null unless active."),
    next_executions: z.array(z.string()).describe("The next five, as far as expiry and `max_executions` allow."),
  })
  .meta({ id: "Template" });
export type TemplateView = z.infer<typeof templateViewSchema>;

export function toTemplateView(template: Template): TemplateView {
  const { next_slot: first, max_executions: most, expires_at, execution_count } = template;
  const count = most === null ? shownTimes : Math.min(shownTimes, most - execution_count);
  const next_executions = first === null ? [] : dueTimes(template, first, count, expires_at);
  return templateViewSchema.parse({ ...template, next_execution: next_executions[0] ?? null, next_executions });
}
