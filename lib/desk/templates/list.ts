import * as z from "zod";
import { filteredList } from "../../store/filtered-list.ts";
import { type PageRequest, readPage } from "../../store/lists.ts";
import { countedPageFields, countsOf } from "../counted-page.ts";
import { symbolSchema } from "../orders/request.ts";
import { templateSchema, templateStatusSchema } from "./record.ts";
import type { TemplateServices } from "./stored.ts";
import { templateViewSchema, toTemplateView } from "./view.ts";

/** The filters of `GET /api/v1/templates`. */
export const templateFilters = { status: templateStatusSchema.optional(), symbol: symbolSchema.optional() };
type TemplateFilters = z.infer<z.ZodObject<typeof templateFilters>>;

export const templateListSchema = z
  .object({
    templates: templateViewSchema.array(),
    ...countedPageFields,
  })
  .meta({ id: "TemplateList" });

/** Templates, newest first. */
export async function listTemplates(
  { store }: Pick<TemplateServices, "store">,
  filters: TemplateFilters,
  page: PageRequest,
): Promise<z.infer<typeof templateListSchema>> {
  const { status = "active", symbol = "" } = filters;
  const place = store.keys.templateIndex({ template_id: "", symbol, status, due: null });
  const list = filteredList(
    "TEMPLATES",
    filters,
    [
      { filter: "symbol", index: "gsi2", pk: place.gsi2pk },
      { filter: "status", index: "gsi3", pk: place.gsi3pk },
    ],
    { index: "gsi1", pk: place.gsi1pk },
  );
  const found = await readPage(store, list, page, templateSchema);
  return { templates: found.items.map(toTemplateView), ...countsOf(found) };
}
