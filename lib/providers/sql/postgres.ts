import type { Duplex } from "node:stream";
import { Client, DatabaseError } from "pg";
import { readSchema } from "./postgres-schema.ts";
import { shownText } from "./postgres-values.ts";
import {
  mostBytes,
  type SqlProblem,
  type SqlRows,
  type SqlSource,
  schemaPatienceMs,
  sqlUnavailable,
  tookTooLong,
  tooLarge,
} from "./source.ts";

const connectMs = 5_000;
/** How much longer than the server's own time-out an answer is waited for. */
const graceMs = 2_000;

/**
 * A PostgreSQL server. Each question has a connection of its own, one transaction that cannot write and is rolled back, so
 * that nothing a query sets outlives it.
 */
export function createPostgres(url: string): SqlSource {
  return {
    schema: async () => {
      const tables = await inSession(url, schemaPatienceMs, readSchema);
      return "problem" in tables
        ? Promise.reject(sqlUnavailable("its schema could not be read"))
        : { dialect: "PostgreSQL", tables };
    },
    check: async (sql) => {
      const checked = await inSession(url, schemaPatienceMs, async (client) => declare(client, sql));
      return checked && "problem" in checked ? checked : undefined;
    },
    query: (sql, limits) => inSession(url, limits.timeoutMs, (client) => read(client, sql, limits.rows)),
  };
}

/**
 * As a cursor PostgreSQL takes one SELECT alone: no other statement, no `INTO`, and no writing statement in its `WITH`. In
 * the extended protocol it takes no second one behind it either.
 */
async function declare(client: Client, sql: string): Promise<void> {
  await client.query({ ...{ queryMode: "extended" }, text: `DECLARE answer NO SCROLL CURSOR FOR ${sql}` });
}

async function read(client: Client, sql: string, most: number): Promise<SqlRows> {
  const startedAt = performance.now();
  await declare(client, sql);
  const { rows, fields } = await client.query<(string | null)[]>({
    text: `FETCH ${most + 1} FROM answer`,
    rowMode: "array",
  });
  return {
    columns: fields.map(({ name }) => name),
    rows: rows.slice(0, most).map((row) => row.map((text, index) => shownText(text, fields[index]?.dataTypeID ?? 0))),
    has_more: rows.length > most,
    elapsed_ms: Math.round(performance.now() - startedAt),
  };
}

/** Works in a transaction that cannot write. What the server says against the work itself is the problem it answers. */
async function inSession<T>(
  url: string,
  timeoutMs: number,
  work: (client: Client) => Promise<T>,
): Promise<T | SqlProblem> {
  const client = await connected(url, timeoutMs);
  const weight = weigh(client);
  try {
    await client.query("SET default_transaction_read_only = on");
    await client.query("BEGIN TRANSACTION READ ONLY");
    await client.query(`SET LOCAL statement_timeout = ${timeoutMs}`);
    await refusePowers(client);
    return await work(client);
  } catch (error) {
    if (weight.isTooMuch()) return tooLarge;
    return problemOf(error, timeoutMs);
  } finally {
    // Closing the connection rolls back, also where the server does not listen any more.
    await client.end().catch(() => {});
  }
}

async function connected(url: string, timeoutMs: number): Promise<Client> {
  try {
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: connectMs,
      query_timeout: timeoutMs + graceMs,
      // As the server writes them: a JavaScript number or date would not hold all of them.
      types: { getTypeParser: () => (text: string) => text },
    });
    // A connection that breaks says so here too, and nobody listening would end the process.
    client.on("error", () => {});
    await client.connect();
    return client;
  } catch (error) {
    throw sqlUnavailable(`no connection${codeOf(error)}`);
  }
}

/** A role with these powers reaches past every transaction; and so does a superuser, and whoever may become one. */
const powers = ["pg_write_server_files", "pg_read_server_files", "pg_execute_server_program"];

async function refusePowers(client: Client): Promise<void> {
  const names = powers.map((power) => `'${power}'`).join(", ");
  const { rows } = await client.query<{ held: string }>(
    "SELECT bool_or(pg_has_role(session_user, oid, 'MEMBER')) AS held FROM pg_roles " +
      `WHERE rolsuper OR rolname IN (${names})`,
  );
  if (rows[0]?.held === "f") return;
  throw sqlUnavailable("its role may touch files or programs of the server; name one that can only read tables");
}

/** Ends the connection where more comes than is taken: one row alone may be a gigabyte. */
function weigh(client: Client): { isTooMuch(): boolean } {
  let bytes = 0;
  // The types of the package do not tell of it.
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) stream.destroy();
  });
  return { isTooMuch: () => bytes > mostBytes };
}

/** SQLSTATE classes that say something of the server and nothing of the query. */
const ofTheServer = /^(08|28|3D|53|57P|58|XX)/;

function problemOf(error: unknown, timeoutMs: number): SqlProblem {
  if (!(error instanceof DatabaseError)) {
    if (error instanceof Error && error.message === "Query read timeout") return tookTooLong(timeoutMs);
    if (error instanceof Error && error.name === "SqlUnavailable") throw error;
    throw sqlUnavailable(`the connection broke${codeOf(error)}`);
  }
  if (error.code === "57014") return tookTooLong(timeoutMs);
  if (error.severity === "FATAL" || ofTheServer.test(error.code ?? ""))
    throw sqlUnavailable(`it failed${codeOf(error)}`);
  return { problem: error.message };
}

/** All that may be told of an error whose message names host, user or database. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^\w+$/.test(code) ? ` (${code})` : "";
}
