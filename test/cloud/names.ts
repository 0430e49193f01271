import * as z from "zod";
import type { ApiClient } from "../../localstack/commands/client.ts";

const namedSchema = z.object({
  ...{ id: z.string().optional(), username: z.string().optional(), run_id: z.string().optional() },
  // An order that no template made has null there.
  ...{ order_id: z.string().optional(), template_id: z.string().nullish() },
});
/** A list is all of `data`, or one of its fields beside a count. */
const listSchema = z.object({
  data: z.union([
    z.array(namedSchema),
    z.object({ orders: z.array(namedSchema) }).transform(({ orders }) => orders),
    z.object({ templates: z.array(namedSchema) }).transform(({ templates }) => templates),
  ]),
});

/** What the first thing in a list is called by; undefined for an empty list and for what is no list. */
export async function firstIn(api: ApiClient, path: string): Promise<string | undefined> {
  const { body } = await api.call("GET", path);
  const [first] = listSchema.safeParse(body).data?.data ?? [];
  return first?.id ?? first?.username ?? first?.order_id ?? first?.template_id ?? first?.run_id;
}

/** Something that is there, to take the place of a path's variable. */
export async function existingName(api: ApiClient, path: string): Promise<string> {
  if (path.startsWith("/prices/") || path.startsWith("/api/v1/positions/")) return "GME";
  const list = path.split("/{")[0] ?? "";
  const name = await firstIn(api, list);
  if (name === undefined) throw new Error(`The list ${list} is empty.`);
  return name;
}
