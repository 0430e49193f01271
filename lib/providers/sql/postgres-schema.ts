import type { Client } from "pg";
import { type SqlTable, sqlTableSchema } from "./schema.ts";

/** Names are quoted where a query has to quote them. Only what the role may read, and no parts of a partitioned table. */
const statement = `
  SELECT
    json_build_object(
      'name', (CASE WHEN pg_table_is_visible(t.oid) THEN '' ELSE quote_ident(n.nspname) || '.' END) || quote_ident(t.relname),
      'meaning', obj_description(t.oid, 'pg_class'),
      'columns', (
        SELECT json_agg(json_build_object(
          'name', quote_ident(c.attname),
          'type', format_type(c.atttypid, c.atttypmod),
          'meaning', col_description(t.oid, c.attnum)
        ) ORDER BY c.attnum)
        FROM pg_attribute c
        WHERE c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
          AND has_column_privilege(t.oid, c.attnum, 'SELECT')
      ),
      'primary_key', coalesce((
        SELECT json_agg(quote_ident(c.attname) ORDER BY k.place)
        FROM pg_constraint p, unnest(p.conkey) WITH ORDINALITY AS k(number, place), pg_attribute c
        WHERE p.conrelid = t.oid AND p.contype = 'p' AND c.attrelid = t.oid AND c.attnum = k.number
      ), '[]'),
      'foreign_keys', coalesce((
        SELECT json_agg(json_build_object(
          'columns', (
            SELECT json_agg(quote_ident(c.attname) ORDER BY k.place)
            FROM unnest(f.conkey) WITH ORDINALITY AS k(number, place), pg_attribute c
            WHERE c.attrelid = f.conrelid AND c.attnum = k.number
          ),
          'table', f.confrelid::regclass::text,
          'referenced_columns', (
            SELECT json_agg(quote_ident(c.attname) ORDER BY k.place)
            FROM unnest(f.confkey) WITH ORDINALITY AS k(number, place), pg_attribute c
            WHERE c.attrelid = f.confrelid AND c.attnum = k.number
          )
        ) ORDER BY f.conname)
        FROM pg_constraint f
        WHERE f.conrelid = t.oid AND f.contype = 'f'
      ), '[]')
    ) AS described
  FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
  WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT t.relispartition
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(t.oid, 'SELECT')
  ORDER BY n.nspname, t.relname`;

/** The tables that the role of this connection may read. */
export async function readSchema(client: Client): Promise<SqlTable[]> {
  const { rows } = await client.query<{ described: string }>(statement);
  return rows.map(({ described }) => sqlTableSchema.parse(JSON.parse(described)));
}
