import type { SqlRows } from "../../providers/sql/source.ts";
import { tokensOf } from "../documents/tokens.ts";
import type { SqlResult } from "./record.ts";

/** The limits of SQL research that are configured (spec answer-runs 5.1): tokens are those of all results together. */
export interface SqlLimits {
  rounds: number;
  /** Of one query. */
  rows: number;
  tokens: number;
}

export function resultOf(query_id: string, { columns, rows, has_more, elapsed_ms }: SqlRows): SqlResult {
  const token_count = tokensIn(columns) + tokensOfRows(rows);
  return { query_id, columns, rows, row_count: rows.length, elapsed_ms, token_count, truncated: has_more };
}

/** What a query that failed is shown as: a result with the single column `error`. */
export function errorResult(query_id: string, problem: string): SqlResult {
  return resultOf(query_id, { columns: ["error"], rows: [[problem]], has_more: false, elapsed_ms: 0 });
}

/** The results within so many tokens in all: rows are cut from the end, and each result that lost any is marked. */
export function capped(results: readonly SqlResult[], most: number): SqlResult[] {
  let left = most - results.reduce((sum, { columns }) => sum + tokensIn(columns), 0);
  return results.map((result) => {
    const rows = rowsWithin(result.rows, left);
    const tokens = tokensOfRows(rows);
    if (rows.length === result.rows.length) {
      left -= tokens;
      return result;
    }
    // Nothing that stands behind the place of the cut is kept.
    left = 0;
    return { ...result, rows, token_count: tokensIn(result.columns) + tokens, truncated: true };
  });
}

function rowsWithin(rows: SqlResult["rows"], most: number): SqlResult["rows"] {
  let tokens = 0;
  const end = rows.findIndex((row) => {
    tokens += tokensIn(row);
    return tokens > most;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

function tokensOfRows(rows: SqlResult["rows"]): number {
  return rows.reduce((sum, row) => sum + tokensIn(row), 0);
}

function tokensIn(values: readonly unknown[]): number {
  return tokensOf(JSON.stringify(values));
}
