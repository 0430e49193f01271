import type { Excerpt } from "../research/record.ts";
import type { SqlEvidence } from "../sql/record.ts";

/** What an answer may say: the quotes it can cite, and the rows of queries, which have no citations. */
export interface Evidence {
  excerpts: readonly Excerpt[];
  /** One text for each result. */
  rows: readonly string[];
}

export function evidenceOf(excerpts: readonly Excerpt[], sql: SqlEvidence | null): Evidence {
  return { excerpts, rows: rowTexts(sql) };
}

/** The names of columns are words of a result too; values stand apart, so that no two read as one. */
function rowTexts(sql: SqlEvidence | null): string[] {
  return (sql?.results ?? [])
    .filter(({ rows }) => rows.length > 0)
    .map(({ columns, rows }) => {
      const names = columns.join(" | ").replaceAll("_", " ");
      return [names, ...rows.map((values) => values.map((value) => String(value ?? "")).join(" | "))].join("\n");
    });
}
