import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSqlite } from "../../../lib/providers/sql/sqlite.ts";

const limits = { rows: 10, timeoutMs: 10_000 };

describe("a file of SQLite", () => {
  let folder = "";
  const file = () => join(folder, "ledger.sqlite");
  const query = (sql: string, limit = limits) => createSqlite(file()).query(sql, limit);
  /** All that a query might have changed: the file's bytes, and what lies beside it. */
  const everything = async () => [readFileSync(file()).toString("base64"), await readdir(folder)];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sqlite-"));
    const database = new DatabaseSync(file());
    database.exec(`
      CREATE TABLE accounts (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, cents INTEGER, share REAL, scan BLOB);
      CREATE TABLE bookings (account INTEGER REFERENCES accounts (id), number INTEGER, PRIMARY KEY (account, number));
      CREATE VIEW owners AS SELECT owner FROM accounts;
      CREATE TABLE documentation (table_name TEXT, column_name TEXT, meaning TEXT);
      INSERT INTO documentation VALUES ('accounts', NULL, 'Who holds money'), ('accounts', 'cents', 'Balance in cents');
      INSERT INTO accounts VALUES (1, 'Ada', 9007199254740993, 0.1, x'00ff'), (2, 'Ben', -300, 9e999, NULL);
      INSERT INTO bookings VALUES (1, 1);
    `);
    database.close();
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("says what its tables hold, with keys and with what its documentation says", async () => {
    const { dialect, tables } = await createSqlite(file()).schema();
    expect(dialect).toBe("SQLite");
    expect(tables.map(({ name }) => name)).toEqual(["accounts", "bookings", "owners"]);
    expect(tables[0]).toEqual({
      name: "accounts",
      meaning: "Who holds money",
      columns: [
        { name: "id", type: "INTEGER", meaning: null },
        { name: "owner", type: "TEXT", meaning: null },
        { name: "cents", type: "INTEGER", meaning: "Balance in cents" },
        { name: "share", type: "REAL", meaning: null },
        { name: "scan", type: "BLOB", meaning: null },
      ],
      primary_key: ["id"],
      foreign_keys: [],
    });
    expect(tables[1]).toMatchObject({
      primary_key: ["account", "number"],
      foreign_keys: [{ columns: ["account"], table: "accounts", referenced_columns: ["id"] }],
    });
  });

  it("answers rows as JSON can hold them, and no number that it would change", async () => {
    expect(await query("SELECT a.*, b.account AS id FROM accounts a LEFT JOIN bookings b ON b.account = a.id")).toEqual(
      {
        columns: ["id", "owner", "cents", "share", "scan", "id"],
        rows: [
          [1, "Ada", "9007199254740993", 0.1, "2 bytes", 1],
          [2, "Ben", -300, "Infinity", null, null],
        ],
        has_more: false,
        elapsed_ms: expect.any(Number),
      },
    );
  });

  const endless = "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s)";

  it("reads no more rows than are asked for", async () => {
    const three = { rows: 3, timeoutMs: 10_000 };
    expect(await query(`${endless} SELECT n FROM s`, three)).toMatchObject({ rows: [[1], [2], [3]], has_more: true });
    expect(await query(`${endless} SELECT n FROM s LIMIT 3`, three)).toMatchObject({
      rows: [[1], [2], [3]],
      has_more: false,
    });
  });

  it("ends a query that runs away, and keeps nobody waiting meanwhile", async () => {
    let turns = 0;
    const heartbeat = setInterval(() => {
      turns += 1;
    }, 20);
    const startedAt = performance.now();
    const answer = await query(`${endless} SELECT count(*) FROM s a, s b`, { rows: 1, timeoutMs: 500 });
    clearInterval(heartbeat);
    expect(answer).toEqual({ problem: "The query took longer than 0.5 s and was ended." });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(turns).toBeGreaterThan(3);
  });

  it("gives up a result that weighs too much", async () => {
    const heavy = `${endless} SELECT printf('%.*c', 1000000, 'x') FROM s LIMIT 100`;
    expect(await query(heavy, { rows: 100, timeoutMs: 20_000 })).toEqual({
      problem: "The result is larger than 32 MB; select fewer or shorter values.",
    });
    expect(await query("SELECT printf('%.*c', 900000000, 'x')", limits)).toMatchObject({ problem: /too big|memory/ });
  });

  it("prepares a query without running it", async () => {
    const check = (sql: string) => createSqlite(file()).check(sql);
    expect(await check(`${endless} SELECT count(*) FROM s`)).toBeUndefined();
    expect(await check("SELECT ownr FROM accounts")).toEqual({ problem: "no such column: ownr" });
    expect(await check("SELECT 1 FROM account")).toEqual({ problem: "no such table: account" });
    expect(await check("SELECT FROM WHERE")).toEqual({ problem: 'near "FROM": syntax error' });
    // A name in double quotes that is none would otherwise be taken for a text.
    expect(await check('SELECT "ownr" FROM accounts')).toMatchObject({ problem: /^no such column: "ownr"/ });
  });

  const elsewhere = () => join(folder, "elsewhere.sqlite");

  it.each([
    "WITH x AS (DELETE FROM accounts RETURNING *) SELECT * FROM x",
    "WITH x AS (SELECT 1) DELETE FROM accounts",
    "DELETE FROM accounts RETURNING *",
    "SELECT 1; DELETE FROM accounts",
    "SELECT 1 -- ;\n; COMMIT; DELETE FROM accounts",
    "SELECT 1) ; DELETE FROM accounts; --",
    "CREATE TABLE x AS SELECT 1",
    "CREATE TEMP TABLE x AS SELECT 1",
    "PRAGMA user_version = 5",
    "PRAGMA journal_mode = WAL",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "ATTACH 'ELSEWHERE' AS elsewhere",
    "VACUUM INTO 'ELSEWHERE'",
    "VACUUM",
    "REINDEX",
    "BEGIN IMMEDIATE",
    "SELECT load_extension('ELSEWHERE')",
    "SELECT writefile('ELSEWHERE', 'x')",
    "SELECT readfile('/etc/hostname')",
    "SELECT edit('x', 'touch ELSEWHERE')",
    "CREATE VIRTUAL TABLE temp.x USING fts5(a)",
  ])("refuses %s", async (sql) => {
    const before = await everything();
    expect(await query(sql.replace("ELSEWHERE", elsewhere()))).toEqual({ problem: expect.any(String) });
    expect(existsSync(elsewhere())).toBe(false);
    expect(await everything()).toEqual(before);
  });

  it("reads no other file than its own", async () => {
    // Its own and all ten that SQLite allows beside it, which are empty.
    expect(await query("SELECT count(*), max(file) FROM pragma_database_list")).toMatchObject({ rows: [[11, file()]] });
  });

  const writes = fc.constantFrom(
    ...["INSERT INTO accounts (owner) VALUES ('x')", "UPDATE accounts SET cents = 0", "DELETE FROM accounts"],
    ...["REPLACE INTO accounts (id) VALUES (1)", "DROP TABLE accounts", "ALTER TABLE accounts ADD COLUMN x"],
    ...["CREATE TABLE x (a)", "CREATE INDEX i ON accounts (owner)", "PRAGMA user_version = 7", "VACUUM", "ANALYZE"],
    ...["PRAGMA query_only = 0", "DELETE FROM sqlite_schema", "DROP VIEW owners", "PRAGMA main.auto_vacuum = 2"],
  );
  const openings = fc.constantFrom("", "SELECT 1; ", "COMMIT; ", "PRAGMA query_only = 0; ", "EXPLAIN ", "SELECT 1) ; ");
  const closings = fc.constantFrom("", " RETURNING *", "; SELECT 1", ")", "; --", " -- SELECT");
  const frames = fc.constantFrom<(write: string) => string>(
    (write) => write,
    (write) => `WITH x AS (${write} RETURNING *) SELECT * FROM x`,
    (write) => `WITH x AS (SELECT 1) ${write}`,
    (write) => `SELECT * FROM (${write})`,
    (write) => `/* SELECT */ ${write}`,
  );

  it("cannot be made to write by any combination of statements, frames and separators", {
    timeout: 120_000,
  }, async () => {
    const before = await everything();
    await fc.assert(
      fc.asyncProperty(openings, frames, writes, closings, async (opening, frame, write, closing) => {
        const answer = await query(`${opening}${frame(write)}${closing}`);
        expect(answer).toHaveProperty("problem");
        expect(await everything()).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  it("is unavailable where there is no such file, or one of another kind, and does not say which", async () => {
    const other = join(folder, "other");
    writeFileSync(other, "This is no database. ".repeat(100));
    for (const path of [join(folder, "secret-name"), other, folder]) {
      await expect(createSqlite(path).query("SELECT 1", limits)).rejects.toMatchObject({
        name: "SqlUnavailable",
        message: "The SQL source cannot be read: its file cannot be opened.",
      });
    }
    await rm(other);
    expect(existsSync(join(folder, "secret-name"))).toBe(false);
  });
});
