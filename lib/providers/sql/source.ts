import { AppError } from "../../runtime/errors.ts";
import type { SqlSchema } from "./schema.ts";

/** What JSON can hold: numbers that it would change, dates and everything else are texts. */
export type SqlValue = string | number | boolean | null;

export interface SqlRows {
  columns: string[];
  rows: SqlValue[][];
  /** There were more than were asked for. */
  has_more: boolean;
  elapsed_ms: number;
}

/** Why the database did not run a query, in its own words. */
export interface SqlProblem {
  problem: string;
}

/**
 * A database that can be read and not written. Every query is run apart from all others, in a session of its own that
 * cannot write, and ends at its time-out whatever it does. Where the database itself does not answer, all of them throw
 * `SqlUnavailable`.
 */
export interface SqlSource {
  schema(): Promise<SqlSchema>;
  /** Has the database prepare a query without running it: syntax, one SELECT, tables and columns that exist. */
  check(sql: string): Promise<SqlProblem | undefined>;
  /** Runs one SELECT, without a semicolon at its end, and reads at most so many rows. */
  query(sql: string, limits: { rows: number; timeoutMs: number }): Promise<SqlRows | SqlProblem>;
}

/** How long a database is given to say what it holds, and to prepare a query. */
export const schemaPatienceMs = 30_000;
/** How much a result may weigh, whatever its rows: more would fill the memory of a function. */
export const mostBytes = 32 * 1_024 * 1_024;

export const tooLarge: SqlProblem = { problem: "The result is larger than 32 MB; select fewer or shorter values." };

export function tookTooLong(timeoutMs: number): SqlProblem {
  return { problem: `The query took longer than ${timeoutMs / 1_000} s and was ended.` };
}

/** Without the cause, which would name the host, the user or the file. */
export function sqlUnavailable(why: string): AppError {
  return new AppError("SqlUnavailable", "DATABASE_ERROR", `The SQL source cannot be read: ${why}.`);
}
