import * as z from "zod";
import type { ListPage } from "../store/lists.ts";

/** What the desk's lists say beside their rows, in `data` and not in `meta` (spec orders 4). */
export const countedPageFields = {
  count: z.number().int().describe("Of this page."),
  total: z.number().int(),
  total_is_at_least: z.literal(true).optional(),
  next_cursor: z.string().nullable(),
};

export function countsOf({ items, total, totalIsAtLeast, nextCursor }: ListPage<unknown>) {
  return {
    count: items.length,
    total,
    ...(totalIsAtLeast && { total_is_at_least: true as const }),
    next_cursor: nextCursor,
  };
}
