import type { SqlSchema, SqlTable } from "../../providers/sql/schema.ts";
import { truncate } from "../../runtime/text.ts";
import { tokensOf } from "../documents/tokens.ts";
import type { SqlResult } from "./record.ts";

/** As much of a schema as leaves room for the question in any model's context. */
const mostTokens = 20_000;
const shownRows = 3;
/** Of one value; a summary is to show what a column is like. */
const shownCharacters = 200;

/** A database for the researcher: each table with its columns, their types and meanings, and the keys. */
export function schemaText({ dialect, tables }: SqlSchema): string {
  const told: string[] = [`The database speaks ${dialect}. Its tables:`];
  let tokens = 0;
  for (const [index, table] of tables.entries()) {
    const text = tableText(table);
    tokens += tokensOf(text);
    if (tokens > mostTokens) return [...told, `… and ${tables.length - index} more tables, not shown.`].join("\n\n");
    told.push(text);
  }
  return told.join("\n\n");
}

function tableText({ name, meaning, columns, primary_key, foreign_keys }: SqlTable): string {
  const about = (text: string | null) => (text === null ? "" : `: ${text}`);
  return [
    `${name}${about(meaning)}`,
    ...columns.map((column) => `  ${column.name} ${column.type}`.trimEnd() + about(column.meaning)),
    ...(primary_key.length > 0 ? [`  primary key (${primary_key.join(", ")})`] : []),
    ...foreign_keys.map(
      (key) => `  foreign key (${key.columns.join(", ")}) → ${key.table} (${key.referenced_columns.join(", ")})`,
    ),
  ].join("\n");
}

/** What a round found, for the plan of the next one: columns, counts, and the first rows. */
export function resultsSummary(results: readonly SqlResult[]): string {
  return results.map(resultText).join("\n\n");
}

function resultText({ query_id, columns, rows, row_count, truncated }: SqlResult): string {
  const count = `${row_count}${truncated ? " or more" : ""} row${row_count === 1 && !truncated ? "" : "s"}`;
  return [
    `${query_id}: ${count} of (${columns.join(", ")})`,
    ...rows.slice(0, shownRows).map((row) => `  ${truncate(JSON.stringify(row), shownCharacters * row.length)}`),
  ].join("\n");
}
