import * as z from "zod";
import { decideAnew } from "../../store/decide-anew.ts";
import { readTemplate, removalActions, type TemplateServices } from "./stored.ts";

export const deletedSchema = z
  .object({ message: z.literal("Template deleted"), template_id: z.string() })
  .meta({ id: "DeletedTemplate" });

/** Removes a template. The orders that it made and the records of its slots stay. Throws `NOT_FOUND`. */
export async function deleteTemplate(services: TemplateServices, id: string): Promise<z.infer<typeof deletedSchema>> {
  const { store, log } = services;
  await decideAnew(services, async () => {
    const written = await store.transact(removalActions(store.keys, await readTemplate(services, id)));
    return written.applied || undefined;
  });
  log.info("template deleted", { templateId: id });
  return { message: "Template deleted", template_id: id };
}
