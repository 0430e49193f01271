import * as z from "zod";

/**
 * A query parameter that is a whole number in decimal digits. Not coerced: what JavaScript takes for a number (nothing,
 * `0x10`, `1e1`) is not what a client meant.
 */
export function wholeNumber(minimum: number, maximum: number, initial: number) {
  return z
    .string()
    .regex(/^-?\d{1,16}$/, "must be a whole number")
    .optional()
    .transform((digits) => (digits === undefined ? initial : Number(digits)))
    .pipe(z.number().min(minimum).max(maximum))
    .meta({ type: "integer", minimum, maximum, pattern: undefined, description: `Default ${initial}.` });
}

const position = {
  limit: wholeNumber(1, 100, 50),
  offset: wholeNumber(0, Number.MAX_SAFE_INTEGER, 0),
};
/** How many rows an answer has, where that is asked for alone. */
export const limitQuery = { limit: position.limit };

/** The query of a list by position (spec api 1.2). */
export const positionQuery = z.strictObject(position);

/**
 * The query of a list that grows: the position, or the opaque cursor an earlier page gave, and the list's filters. `size` is
 * for lists with pages of their own.
 */
export function pageQuery<F extends z.core.$ZodLooseShape>(filters: F, size?: { most: number; initial: number }) {
  const limit = size ? wholeNumber(1, size.most, size.initial) : position.limit;
  return z.strictObject({ ...position, limit, cursor: z.string().max(4096).optional(), ...filters });
}

/** The query of what looks back so many days. */
export function daysQuery(most: number, initial: number) {
  return z.strictObject({ days: wholeNumber(1, most, initial) });
}

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
export const pageMetaSchema = z
  .object({
    total: z.number().int(),
    total_is_at_least: z.literal(true).optional(),
    limit: z.number().int(),
    offset: z.number().int(),
    next_cursor: z.string().nullable().optional(),
  })
  .meta({ id: "PageMeta" });
