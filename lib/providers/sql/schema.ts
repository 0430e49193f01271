import * as z from "zod";

/** What a database holds: names as a query has to write them, types as the database calls them. */
export const sqlTableSchema = z.object({
  name: z.string(),
  /** What its owner wrote about it. */
  meaning: z.string().nullable(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), meaning: z.string().nullable() })),
  primary_key: z.array(z.string()),
  foreign_keys: z.array(
    z.object({ columns: z.array(z.string()), table: z.string(), referenced_columns: z.array(z.string()) }),
  ),
});
export type SqlTable = z.infer<typeof sqlTableSchema>;

export const sqlSchemaSchema = z.object({
  dialect: z.enum(["SQLite", "PostgreSQL"]),
  tables: z.array(sqlTableSchema),
});
export type SqlSchema = z.infer<typeof sqlSchemaSchema>;
