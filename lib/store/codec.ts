import type * as z from "zod";
import { AppError } from "../runtime/errors.ts";

/**
 * The object an item holds, as its schema says; keys of the table and attributes that the schema does not know are left
 * out, so older and newer code can read each other's items. Throws `InvalidStoredItem`.
 */
export function decode<T>(item: Record<string, unknown>, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
  throw new AppError("InvalidStoredItem", "DATABASE_ERROR", `A stored item is damaged in: ${fields}.`);
}
