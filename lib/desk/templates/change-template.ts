import * as z from "zod";
import { invalidRequest } from "../../runtime/errors.ts";
import { nextSlot } from "./lifecycle.ts";
import type { Template } from "./record.ts";
import { isMarketTime, type TemplateChanges } from "./request.ts";
import { alterTemplate, type TemplateServices } from "./stored.ts";

/**
 * Sets the fields that are sent. Another time counts from the next slot after now. Throws `NOT_FOUND`, `TEMPLATE_EXPIRED`,
 * `VALIDATION_ERROR`.
 */
export function changeTemplate(services: TemplateServices, id: string, changes: TemplateChanges): Promise<Template> {
  return alterTemplate(services, id, (template, now) => {
    const { schedule_time } = changes;
    if (schedule_time !== undefined && isMarketTime(template.schedule_type)) {
      throw invalidRequest([{ field: "schedule_time", problem: `is not for ${template.schedule_type}` }]);
    }
    const differs = ([field, value]: [string, unknown]) => template[field as keyof TemplateChanges] !== value;
    const different = Object.fromEntries(Object.entries(changes).filter(differs)) as Partial<Template>;
    if (Object.keys(different).length === 0) return undefined;
    const after = { ...template, ...different };
    const isOtherwiseDue = different.schedule_time !== undefined || different.status === "active";
    return { ...different, ...(isOtherwiseDue && { next_slot: nextSlot(after, now) }) };
  });
}

export const pausedSchema = z
  .object({ message: z.literal("Template paused"), template_id: z.string(), status: z.literal("paused") })
  .meta({ id: "PausedTemplate" });

/** No slot falls due until it is resumed. Throws `NOT_FOUND`, `TEMPLATE_EXPIRED`. */
export async function pauseTemplate(services: TemplateServices, id: string): Promise<z.infer<typeof pausedSchema>> {
  await changeTemplate(services, id, { status: "paused" });
  return { message: "Template paused", template_id: id, status: "paused" };
}

export const resumedSchema = z
  .object({ message: z.literal("Template resumed"), template_id: z.string(), status: z.literal("active") })
  .meta({ id: "ResumedTemplate" });

/** Goes on with the next slot after now; those of the pause are not made up for. Throws `NOT_FOUND`, `TEMPLATE_EXPIRED`. */
export async function resumeTemplate(services: TemplateServices, id: string): Promise<z.infer<typeof resumedSchema>> {
  await changeTemplate(services, id, { status: "active" });
  return { message: "Template resumed", template_id: id, status: "active" };
}
