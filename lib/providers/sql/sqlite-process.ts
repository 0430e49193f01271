import { readFileSync } from "node:fs";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import type { SqlTable } from "./schema.ts";
import { mostBytes, type SqlProblem, type SqlRows, type SqlValue, tooLarge } from "./source.ts";

/** What is asked of one process, on its standard input. */
export type Question = { path: string } & (
  | { what: "schema" }
  | { what: "check"; sql: string }
  | { what: "query"; sql: string; rows: number }
);

/** What it answers on its standard output. */
export type Answer = { tables: SqlTable[] } | { ok: true } | Omit<SqlRows, "elapsed_ms"> | SqlProblem | Unavailable;

interface Unavailable {
  unavailable: string;
}

/** All that SQLite allows to be attached; so many are taken that nothing else can be, and `VACUUM INTO` needs one too. */
const mostAttached = 10;
/** The table in which a database says what it means. */
const documentation = "documentation";

const question: Question = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(answered(question)));

function answered(question: Question): Answer {
  const database = opened(question.path);
  if (!(database instanceof DatabaseSync)) return database;
  try {
    if (question.what === "schema") return { tables: tablesOf(database) };
    const select = prepared(database, question.sql);
    return question.what === "check" ? { ok: true } : read(select, question.rows);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Opened so that SQLite itself refuses to write, to open another file, and to take more memory than this. */
function opened(path: string): DatabaseSync | Unavailable {
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
    for (let number = 1; number <= mostAttached; number += 1) database.exec(`ATTACH ':memory:' AS no_other_${number}`);
    database.exec("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF");
    database.exec("PRAGMA temp_store = MEMORY; PRAGMA hard_heap_limit = 134217728");
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return database;
  } catch {
    return { unavailable: "its file cannot be opened" };
  }
}

/**
 * The statement, if it is one SELECT and nothing else: as a subquery SQLite takes no other statement, and of several it
 * prepares the first one alone.
 */
function prepared(database: DatabaseSync, sql: string) {
  const inner = database.prepare(`SELECT * FROM (${sql}\n)`);
  const select = database.prepare(sql);
  if (inner.sourceSQL.length < sql.length || select.sourceSQL !== sql)
    throw new Error("Only one statement is allowed.");
  return select;
}

function read(select: ReturnType<typeof prepared>, most: number): Omit<SqlRows, "elapsed_ms"> | SqlProblem {
  select.setReturnArrays(true);
  select.setReadBigInts(true);
  const rows: SqlValue[][] = [];
  let bytes = 0;
  const columns = select.columns().map(({ name }) => name);
  for (const row of select.iterate() as Iterable<unknown> as Iterable<SQLOutputValue[]>) {
    if (rows.length === most) return { columns, rows, has_more: true };
    const values = row.map(shown);
    bytes += values.reduce<number>((sum, value) => sum + String(value).length, 0);
    if (bytes > mostBytes) return tooLarge;
    rows.push(values);
  }
  return { columns, rows, has_more: false };
}

function shown(value: SQLOutputValue): SqlValue {
  if (typeof value === "bigint") return BigInt.asIntN(54, value) === value ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return value instanceof Uint8Array ? `${value.length} bytes` : value;
}

function tablesOf(database: DatabaseSync): SqlTable[] {
  const stored = "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%'";
  const names = texts(database, `${stored} ESCAPE '~' ORDER BY name`).flat();
  const meanings = meaningsIn(database, names);
  // What it has to say stands with what it speaks of.
  const told = meanings.size > 0 ? names.filter((name) => name !== documentation) : names;
  return told.map((name) => ({
    name,
    meaning: meanings.get(name) ?? null,
    columns: texts(database, "SELECT name, type FROM pragma_table_xinfo(?)", name).map(([column = "", type = ""]) => ({
      name: column,
      type,
      meaning: meanings.get(`${name}.${column}`) ?? null,
    })),
    primary_key: primaryKey(database, name),
    foreign_keys: foreignKeys(database, name),
  }));
}

function primaryKey(database: DatabaseSync, name: string): string[] {
  return texts(database, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", name).flat();
}

function foreignKeys(database: DatabaseSync, name: string): SqlTable["foreign_keys"] {
  const parts = 'SELECT id, "table", "from", coalesce("to", \'\') FROM pragma_foreign_key_list(?) ORDER BY id, seq';
  return Object.values(Object.groupBy(texts(database, parts, name), ([id = ""]) => id)).map((columns = []) => {
    const table = columns[0]?.[1] ?? "";
    const referenced = columns.map(([, , , to = ""]) => to);
    return {
      columns: columns.map(([, , from = ""]) => from),
      table,
      // Where no columns are named, the other table's key is meant.
      referenced_columns: referenced.includes("") ? primaryKey(database, table) : referenced,
    };
  });
}

/**
 * What tables and columns mean, by `table` and `table.column`. SQLite keeps no comments: they stand in a table, where there
 * is one.
 */
function meaningsIn(database: DatabaseSync, names: readonly string[]): Map<string, string> {
  if (!names.includes(documentation)) return new Map();
  try {
    const all = `SELECT concat_ws('.', table_name, column_name), meaning FROM main.${documentation}`;
    return new Map(texts(database, all).map(([about = "", meaning = ""]) => [about, meaning]));
  } catch {
    // Somebody's own table of this name, which tells nothing of the others.
    return new Map();
  }
}

function texts(database: DatabaseSync, sql: string, ...parameters: string[]): string[][] {
  const rows = database.prepare(sql).all(...parameters);
  return rows.map((row) => Object.values(row).map(String));
}
