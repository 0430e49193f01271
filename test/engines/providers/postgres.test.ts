import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { researchSql } from "../../../lib/answers/sql/research.ts";
import type { SqlResearcherInput } from "../../../lib/answers/sql/researcher.ts";
import { createPostgres } from "../../../lib/providers/sql/postgres.ts";
import { describePostgres } from "../../support/postgres.ts";

const limits = { rows: 10, timeoutMs: 5_000 };

describePostgres("a PostgreSQL server", ({ url, run }) => {
  /** A role that may write every table: what keeps it from doing so is the session alone. */
  const writer = () => createPostgres(url("writer"));
  const query = (sql: string, limit = limits) => writer().query(sql, limit);
  /** All that a query might have changed, as one text. */
  const everything = async () =>
    JSON.stringify(
      await run(`
        SELECT (SELECT string_agg(a::text, ';' ORDER BY id) FROM accounts a) accounts,
          (SELECT string_agg(b::text, ';' ORDER BY id) FROM bookings b) bookings,
          (SELECT last_value::text || is_called FROM numbers) numbers,
          (SELECT count(*) FROM pg_largeobject_metadata) objects,
          (SELECT string_agg(relname, ';' ORDER BY oid) FROM pg_class WHERE oid >= 16384) relations,
          (SELECT string_agg(rolname || coalesce(rolconfig::text, ''), ';' ORDER BY oid) FROM pg_roles) roles`),
    );

  beforeAll(() =>
    run(`
      CREATE TABLE accounts (id int PRIMARY KEY, owner text NOT NULL, dollars numeric(12, 2), "Open since" date);
      CREATE TABLE bookings (id bigint PRIMARY KEY, account_id int REFERENCES accounts (id), amount numeric, made_at timestamptz);
      CREATE SEQUENCE numbers;
      COMMENT ON TABLE accounts IS 'Who holds money';
      COMMENT ON COLUMN accounts.dollars IS 'Balance in dollars';
      INSERT INTO accounts VALUES (1, 'Ada', 12.50, '2021-01-27'), (2, 'Ben', -3, NULL);
      INSERT INTO bookings VALUES (9007199254740993, 1, 0.1, '2021-01-27T15:35:00Z');
      CREATE FUNCTION spend() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'UPDATE accounts SET dollars = 0 RETURNING id';
      CREATE ROLE writer LOGIN PASSWORD 'writer';
      CREATE ROLE poor LOGIN PASSWORD 'poor';
      CREATE ROLE climber LOGIN NOINHERIT PASSWORD 'climber' IN ROLE owner;
      CREATE ROLE filer LOGIN PASSWORD 'filer' IN ROLE pg_read_server_files;
      GRANT ALL ON ALL TABLES IN SCHEMA public TO writer;
      GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO writer;
      GRANT ALL ON SCHEMA public TO writer;
      GRANT SELECT (id) ON accounts TO poor;
    `),
  );

  it("says what its tables hold, with keys and with what was written about them", async () => {
    const { dialect, tables } = await writer().schema();
    expect(dialect).toBe("PostgreSQL");
    expect(tables.map(({ name }) => name)).toEqual(["accounts", "bookings"]);
    expect(tables[0]).toEqual({
      name: "accounts",
      meaning: "Who holds money",
      columns: [
        { name: "id", type: "integer", meaning: null },
        { name: "owner", type: "text", meaning: null },
        { name: "dollars", type: "numeric(12,2)", meaning: "Balance in dollars" },
        { name: '"Open since"', type: "date", meaning: null },
      ],
      primary_key: ["id"],
      foreign_keys: [],
    });
    expect(tables[1]?.foreign_keys).toEqual([
      { columns: ["account_id"], table: "accounts", referenced_columns: ["id"] },
    ]);
  });

  it("shows a role only what it may read", async () => {
    const { tables } = await createPostgres(url("poor")).schema();
    expect(tables.map(({ name, columns }) => [name, columns.map((column) => column.name)])).toEqual([
      ["accounts", ["id"]],
    ]);
  });

  it("answers rows as JSON can hold them, and no number that it would change", async () => {
    const answer = await query(
      "SELECT b.id, a.id, dollars, amount, made_at::date AS day, true AS yes, NULL AS none, 1e400::numeric = 0 AS no, " +
        "12345678901234567890.12 AS wide, 'NaN'::float8 AS odd FROM accounts a JOIN bookings b ON account_id = a.id",
    );
    expect(answer).toMatchObject({
      columns: ["id", "id", "dollars", "amount", "day", "yes", "none", "no", "wide", "odd"],
      rows: [["9007199254740993", 1, 12.5, 0.1, "2021-01-27", true, null, false, "12345678901234567890.12", "NaN"]],
      has_more: false,
    });
  });

  it("reads no more rows than are asked for", async () => {
    const endless = "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT n FROM s";
    const answer = await query(endless, { rows: 3, timeoutMs: 5_000 });
    expect(answer).toMatchObject({ rows: [[1], [2], [3]], has_more: true });
    expect(await query("SELECT n FROM generate_series(1, 3) AS n", { rows: 3, timeoutMs: 5_000 })).toMatchObject({
      rows: [[1], [2], [3]],
      has_more: false,
    });
  });

  it("ends a query at its time-out, whatever the query sets itself", async () => {
    const slow = { problem: "The query took longer than 0.2 s and was ended." };
    const brief = { rows: 1, timeoutMs: 200 };
    expect(await query("SELECT pg_sleep(60)", brief)).toEqual(slow);
    expect(await query("SELECT set_config('statement_timeout', '0', false), pg_sleep(60)", brief)).toEqual(slow);
    expect(
      await query("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b", brief),
    ).toEqual(slow);
  });

  it("gives up a result that weighs too much", async () => {
    expect(await query("SELECT repeat('x', 40000000)")).toEqual({
      problem: "The result is larger than 32 MB; select fewer or shorter values.",
    });
  });

  it("prepares a query without running it", async () => {
    const check = (sql: string) => writer().check(sql);
    expect(await check("SELECT pg_sleep(60), owner FROM accounts")).toBeUndefined();
    expect(await check("SELECT ownr FROM accounts")).toEqual({ problem: 'column "ownr" does not exist' });
    expect(await check("SELECT 1 FROM account")).toEqual({ problem: 'relation "account" does not exist' });
    expect(await check("SELECT FROM WHERE")).toEqual({ problem: 'syntax error at or near "WHERE"' });
  });

  it.each([
    ["WITH x AS (DELETE FROM bookings RETURNING *) SELECT * FROM x", /must not contain data-modifying/],
    ["WITH x AS (UPDATE accounts SET dollars = 0 RETURNING *) SELECT * FROM x", /must not contain data-modifying/],
    ["WITH x AS (INSERT INTO accounts VALUES (3, 'Cy') RETURNING *) SELECT 1", /must not contain data-modifying/],
    ["SELECT * INTO stolen FROM accounts", /INTO/],
    ["SELECT * FROM accounts FOR UPDATE", /read-only transaction/],
    ["SELECT nextval('numbers')", /read-only transaction/],
    ["SELECT setval('numbers', 99)", /read-only transaction/],
    ["SELECT spend()", /not allowed|read-only transaction/],
    ["SELECT set_config('transaction_read_only', 'off', false), spend()", /must be set before|read-only transaction/],
    ["SELECT lo_import('/etc/hostname')", /permission denied|read-only transaction/],
    ["SELECT pg_read_file('/etc/hostname')", /permission denied/],
    ["COPY accounts TO PROGRAM 'cat'", /syntax error/],
    ["COPY accounts FROM PROGRAM 'echo 3'", /syntax error/],
    ["SELECT 1; DELETE FROM bookings", /multiple commands/],
    ["SELECT 1; COMMIT; DELETE FROM bookings", /multiple commands/],
    ["SELECT 1; COMMIT; SET default_transaction_read_only = off; DELETE FROM bookings", /multiple commands/],
    ["COMMIT; DELETE FROM bookings", /syntax error/],
    ["DELETE FROM bookings", /syntax error/],
    ["EXPLAIN ANALYZE DELETE FROM bookings", /syntax error/],
    ["DO $$ BEGIN DELETE FROM bookings; END $$", /syntax error/],
  ])("refuses %s", async (sql, reason) => {
    const before = await everything();
    expect(await query(sql)).toEqual({ problem: expect.stringMatching(reason) });
    expect(await everything()).toBe(before);
  });

  it("would let the same role write outside of such a session", async () => {
    const written = await run(
      "BEGIN; WITH x AS (DELETE FROM bookings RETURNING id::text) SELECT * FROM x; SELECT count(*)::int FROM bookings",
      "writer",
    );
    expect(written).toEqual([{ count: 0 }]);
  });

  it("lets nothing that a query sets outlive it", async () => {
    const before = await everything();
    expect(await query("SELECT set_config('default_transaction_read_only', 'off', false)")).toMatchObject({
      rows: [["off"]],
    });
    // Before version 16 large objects are written in read-only transactions too, but these are rolled back.
    await query("SELECT lo_from_bytea(0, 'kept?')");
    expect(await query("SELECT nextval('numbers')")).toMatchObject({ problem: /read-only/ });
    expect(await everything()).toBe(before);
  });

  const writes = fc.oneof(
    fc
      .constantFrom("accounts", "bookings")
      .chain((table) =>
        fc.constantFrom(
          `INSERT INTO ${table} (id) VALUES (7)`,
          `INSERT INTO ${table} SELECT * FROM ${table}`,
          `UPDATE ${table} SET id = id + 10`,
          `DELETE FROM ${table} WHERE true`,
          `MERGE INTO ${table} t USING accounts a ON t.id = a.id WHEN MATCHED THEN DELETE`,
          `TRUNCATE ${table} CASCADE`,
          `DROP TABLE ${table} CASCADE`,
          `ALTER TABLE ${table} ADD COLUMN x int`,
          `CREATE TABLE copy AS TABLE ${table}`,
          `CREATE INDEX ON ${table} (id)`,
          `GRANT ALL ON ${table} TO public`,
          `COMMENT ON TABLE ${table} IS 'x'`,
          `LOCK TABLE ${table}`,
        ),
      ),
    fc.constantFrom("SELECT nextval('numbers')", "SELECT spend()", "CREATE SEQUENCE s", "SELECT lo_create(0)"),
    fc.constantFrom("ALTER ROLE writer SET statement_timeout = 0", "CALL spend()", "VACUUM accounts"),
  );
  const openings = fc.constantFrom(
    ...[
      "",
      "SELECT 1; ",
      "COMMIT; ",
      "ROLLBACK; ",
      "SET TRANSACTION READ WRITE; ",
      "SELECT 1; COMMIT; ",
      "/* SELECT */ ",
      "-- SELECT\n",
    ],
    ...[
      "EXPLAIN ANALYZE ",
      "PREPARE p AS ",
      "SELECT 1; COMMIT; SET default_transaction_read_only = off; ",
      "SELECT set_config('transaction_read_only', 'off', true); ",
      "SELECT (",
      "(",
    ],
  );
  const closings = fc.constantFrom("", " RETURNING *", "; SELECT 1", "; COMMIT", ")", " -- SELECT", "); COMMIT; --");
  const frames = fc.constantFrom<(write: string) => string>(
    (write) => write,
    (write) => `WITH x AS (${write} RETURNING *) SELECT * FROM x`,
    (write) => `WITH x AS MATERIALIZED (${write}) SELECT 1`,
    (write) => `SELECT * FROM (${write}) AS x`,
    (write) => `SELECT 1 WHERE EXISTS (${write})`,
    (write) => `SELECT query_to_xml('${write.replaceAll("'", "''")}', true, true, '')`,
  );

  it("cannot be made to write by any combination of statements, frames and separators", {
    timeout: 120_000,
  }, async () => {
    const before = await everything();
    await fc.assert(
      fc.asyncProperty(openings, frames, writes, closings, async (opening, frame, write, closing) => {
        await query(`${opening}${frame(write)}${closing}`, { rows: 1, timeoutMs: 1_000 });
        expect(await everything()).toBe(before);
      }),
      { numRuns: 150 },
    );
  });

  it.each(["owner", "climber", "filer"])("is not read as %s, who may touch the server's files", async (role) => {
    await expect(createPostgres(url(role)).query("SELECT 1", limits)).rejects.toMatchObject({
      name: "SqlUnavailable",
      message: expect.stringContaining("name one that can only read tables"),
    });
  });

  it("gives research a writing WITH back as invalid, and the rows of what is asked instead", async () => {
    const before = await everything();
    const plans = [
      ["WITH gone AS (DELETE FROM bookings RETURNING *) SELECT * FROM gone"],
      ["SELECT owner, dollars FROM accounts ORDER BY id"],
      [],
    ];
    const told: SqlResearcherInput[] = [];
    const ask = async (input: SqlResearcherInput) => {
      const queries = plans[told.push(input) - 1] ?? [];
      return {
        status: "success" as const,
        queries: queries.map((query) => ({ query_id: "query_1", query, rationale: "" })),
        error: null,
      };
    };
    const { evidence, gaps } = await researchSql(
      { source: writer(), ask },
      {
        question: "Who?",
        created_at: "now",
        limits: { rounds: 2, rows: 10, tokens: 1_000 },
      },
    );
    expect(told[1]?.problems).toMatchObject([{ problem: /must not contain data-modifying statements in WITH/ }]);
    expect(told[0]?.schema).toContain("accounts: Who holds money\n  id integer");
    expect(evidence.results).toMatchObject([
      {
        columns: ["owner", "dollars"],
        rows: [
          ["Ada", 12.5],
          ["Ben", -3],
        ],
      },
    ]);
    expect(gaps).toEqual([]);
    expect(await everything()).toBe(before);
  });

  it("says that it cannot be reached, and neither where it is nor with what it was asked", async () => {
    const wrong = [
      url("writer").replace("writer@", "wrong-password@"),
      "postgres://somebody:secret-word@127.0.0.1:9/hidden",
      "postgres://somebody:secret-word@nowhere.invalid/hidden",
      "postgres://somebody:secret%word@127.0.0.1:70000/hidden",
      url("writer").replace("/postgres", "/hidden"),
    ];
    for (const each of wrong) {
      const error = await createPostgres(each)
        .schema()
        .catch((thrown: unknown) => thrown as Error);
      expect(error).toMatchObject({ name: "SqlUnavailable" });
      const told = `${JSON.stringify(error)} ${(error as Error).stack} ${(error as Error).cause}`;
      expect(told).not.toMatch(/127\.0\.0\.1|nowhere|somebody|secret|writer@|wrong-password|hidden/);
    }
  });

  it("is unavailable, not at fault with the query, when it goes away in the middle", async () => {
    const asked = query("SELECT pg_sleep(30)", { rows: 1, timeoutMs: 30_000 });
    const outcome = expect(asked).rejects.toMatchObject({ name: "SqlUnavailable" });
    let ended: unknown[] = [];
    while (ended.length === 0) {
      ended = await run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'writer' AND query LIKE 'FETCH%'",
      );
    }
    await outcome;
  });
});
