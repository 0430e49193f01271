import * as z from "zod";

/** Position in a list (spec api 1.2). */
export const positionQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  offset: z.coerce.number().int().min(0).default(0),
};

/** Query parameters of the lists that grow: the position, or the opaque cursor an earlier page gave. */
export const pageQuery = {
  ...positionQuery,
  cursor: z.string().max(4096).optional(),
};

/** `meta` of every paged list. */
export function pageMeta(
  page: { total: number; totalIsAtLeast: boolean; nextCursor: string | null },
  query: { limit: number; offset: number },
): Record<string, unknown> {
  return {
    total: page.total,
    ...(page.totalIsAtLeast && { total_is_at_least: true }),
    limit: query.limit,
    offset: query.offset,
    next_cursor: page.nextCursor,
  };
}

/** What a paged list adds to `meta`. */
export const pageMetaSchema = z.object({
  total: z.number().int(),
  total_is_at_least: z.literal(true).optional(),
  limit: z.number().int(),
  offset: z.number().int(),
  next_cursor: z.string().nullable().optional(),
});
