import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SqlResearcherReply } from "../../../lib/answers/roles/replies.ts";
import { sqlResearchSchema } from "../../../lib/answers/sql/record.ts";
import { researchSql } from "../../../lib/answers/sql/research.ts";
import type { SqlResearcherInput } from "../../../lib/answers/sql/researcher.ts";
import { createSqlite } from "../../../lib/providers/sql/sqlite.ts";

const created_at = "2026-02-09T12:01:11.000Z";
const question = "Who was right?";
const limits = { rounds: 2, rows: 10_000, tokens: 100_000 };

function plan(...queries: (string | [query_id: string, query: string])[]): SqlResearcherReply {
  const named = queries.map((each): [string, string] => (typeof each === "string" ? ["q1", each] : each));
  return {
    status: "success",
    queries: named.map(([query_id, query]) => ({ query_id, query, rationale: `why ${query_id}` })),
    error: null,
  };
}
const noPlan: SqlResearcherReply = { status: "error", queries: [], error: "There is no such table." };

describe("SQL research", () => {
  const folder = mkdtempSync(join(tmpdir(), "sql-research-"));
  const file = join(folder, "authors.sqlite");
  const source = createSqlite(file);

  beforeAll(() => {
    const database = new DatabaseSync(file);
    database.exec(`
      CREATE TABLE authors (username TEXT PRIMARY KEY, correct INTEGER);
      INSERT INTO authors VALUES ('ada', 7), ('ben', 2), ('cy', 4), ('dee', 5);
    `);
    database.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Research whose researcher gives these replies in turn, and what it was told for each. */
  async function research(replies: SqlResearcherReply[], earlier?: Awaited<ReturnType<typeof researchSql>>) {
    const told: SqlResearcherInput[] = [];
    const ask = async (input: SqlResearcherInput) => {
      told.push(input);
      return replies[told.length - 1] ?? Promise.reject(new Error("The researcher was asked too often."));
    };
    const found = await researchSql({ source, ask }, { question, created_at, limits, ...(earlier && { earlier }) });
    expect(sqlResearchSchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
    return { ...found, told };
  }

  it("answers with the rows of two rounds, the second told what the first has found", async () => {
    const { evidence, told, rounds, gaps, schema } = await research([
      plan("SELECT username, correct FROM authors ORDER BY correct DESC;", "SELECT count(*) AS authors FROM authors"),
      plan("SELECT avg(correct) AS mean FROM authors"),
    ]);
    expect(evidence).toEqual({
      status: "success",
      created_at,
      queries: [
        {
          query_id: "query_1",
          query: "SELECT username, correct FROM authors ORDER BY correct DESC",
          rationale: "why q1",
        },
        { query_id: "query_2", query: "SELECT count(*) AS authors FROM authors", rationale: "why q1" },
        { query_id: "query_3", query: "SELECT avg(correct) AS mean FROM authors", rationale: "why q1" },
      ],
      results: [
        {
          query_id: "query_1",
          columns: ["username", "correct"],
          rows: [
            ["ada", 7],
            ["dee", 5],
            ["cy", 4],
            ["ben", 2],
          ],
          row_count: 4,
          elapsed_ms: expect.any(Number),
          // ["username","correct"] has 22 characters, the rows 9, 9, 8 and 9.
          token_count: 6 + 3 + 3 + 2 + 3,
          truncated: false,
        },
        expect.objectContaining({ query_id: "query_2", columns: ["authors"], rows: [[4]] }),
        expect.objectContaining({ query_id: "query_3", columns: ["mean"], rows: [[4.5]] }),
      ],
      total_token_count: 17 + (3 + 1) + (2 + 2),
      truncation_applied: false,
      error: null,
    });
    expect(told.map(({ found }) => found)).toEqual([
      "",
      'query_1: 4 rows of (username, correct)\n  ["ada",7]\n  ["dee",5]\n  ["cy",4]\n\nquery_2: 1 row of (authors)\n  [4]',
    ]);
    expect(told[0]?.schema).toContain("authors\n  username TEXT\n  correct INTEGER\n  primary key (username)");
    expect(rounds.map(({ round, queries }) => [round, queries.length])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(schema.tables.map(({ name }) => name)).toEqual(["authors"]);
    expect(gaps).toEqual([]);
  });

  it("is done after one round where the second plan is empty", async () => {
    const { rounds, gaps, told } = await research([plan("SELECT 1 AS one"), plan()]);
    expect(rounds).toHaveLength(1);
    expect(told).toHaveLength(2);
    expect(gaps).toEqual([]);
  });

  it("sends an invalid query back once, with the database's reason", async () => {
    const { evidence, told, rounds, gaps } = await research([
      plan("SELECT name FROM authors", "SELECT 1 AS one"),
      plan(["query_1", "SELECT username FROM authors WHERE correct > 6"], ["query_9", "SELECT 9"]),
      plan(),
    ]);
    const problem = { query_id: "query_1", query: "SELECT name FROM authors", problem: "no such column: name" };
    expect(told[1]?.problems).toEqual([problem]);
    expect(rounds[0]?.returned).toEqual([problem]);
    expect(evidence.results.map(({ query_id, rows }) => [query_id, rows])).toEqual([
      ["query_1", [["ada"]]],
      ["query_2", [[1]]],
    ]);
    expect(gaps).toEqual([]);
  });

  it.each([
    ["still invalid", plan(["query_1", "DELETE FROM authors RETURNING *"])],
    ["not sent again", plan()],
    ["given up by the researcher", noPlan],
  ])("drops a query that is %s, as a gap", async (_, second) => {
    const { evidence, rounds, gaps } = await research([
      plan("SELECT name FROM authors", "SELECT 1 AS one"),
      second,
      plan(),
    ]);
    expect(evidence.queries.map(({ query_id }) => query_id)).toEqual(["query_2"]);
    expect(evidence.error).toEqual(gaps[0]);
    expect(gaps).toEqual([
      {
        code: "SQL_PARTIAL",
        message: "The database was read in part only.",
        details: [expect.stringMatching(/^query_1: (no such column: name|Only SELECT)/)],
      },
    ]);
    expect(rounds[0]?.dropped).toHaveLength(1);
  });

  const failing = "SELECT abs(-9223372036854775808) AS least";

  it("sends a query that failed back once, and takes its second answer", async () => {
    const { evidence, told, gaps } = await research([plan(failing), plan(["query_1", "SELECT 2 AS two"]), plan()]);
    expect(told[1]?.problems).toEqual([{ query_id: "query_1", query: failing, problem: "integer overflow" }]);
    expect(evidence.results).toMatchObject([{ query_id: "query_1", columns: ["two"], rows: [[2]] }]);
    expect(evidence.queries.map(({ query }) => query)).toEqual(["SELECT 2 AS two"]);
    expect(gaps).toEqual([]);
  });

  it("shows the error of a query that fails twice as its result, as a gap", async () => {
    const { evidence, gaps } = await research([plan(failing), plan(["query_1", failing]), plan()]);
    expect(evidence.status).toBe("success");
    expect(evidence.results).toMatchObject([{ columns: ["error"], rows: [["integer overflow"]] }]);
    expect(gaps[0]?.details).toEqual(["query_1: integer overflow"]);
  });

  it("cuts what is more than 10,000 rows, and more than 100,000 tokens in all, and keeps what was read apart", async () => {
    const series = "WITH RECURSIVE s (n) AS (SELECT 100001 UNION ALL SELECT n + 1 FROM s WHERE n < 120001) SELECT";
    const { evidence, results_full, gaps } = await research([
      plan(`${series} n FROM s`, `${series} printf('%0100d', n) AS digits FROM s LIMIT 9000`),
      plan(),
    ]);
    // ["n"] and ["digits"] are 2 and 3 tokens, a row of the first is 2, one of the second 26.
    expect(evidence.results.map(({ rows, row_count, truncated }) => [rows.length, row_count, truncated])).toEqual([
      [10_000, 10_000, true],
      [Math.floor((100_000 - 5 - 20_000) / 26), 9_000, true],
    ]);
    expect(evidence.total_token_count).toBe(5 + 20_000 + 3_076 * 26);
    expect(evidence.truncation_applied).toBe(true);
    expect(results_full.map(({ rows }) => rows.length)).toEqual([10_000, 9_000]);
    expect(gaps[0]?.details).toEqual(["Rows were cut: query_1, query_2"]);
  });

  it("runs no more queries of a plan than a round may have", async () => {
    const { evidence, gaps } = await research([
      plan(...Array.from({ length: 10 }, (_, n) => `SELECT ${n} AS n`)),
      plan(),
    ]);
    expect(evidence.results).toHaveLength(8);
    expect(gaps[0]?.details).toEqual(["Queries of a plan beyond 8, not run: 2"]);
  });

  it("goes on from earlier research of the run for a further question", async () => {
    const first = await research([plan("SELECT 1 AS one", failing), plan(), plan()]);
    const { evidence, told, rounds, gaps } = await research([plan("SELECT 3 AS three"), plan()], first);
    expect(told[0]?.found).toContain("query_1: 1 row of (one)");
    expect(evidence.results.map(({ query_id, columns }) => [query_id, ...columns])).toEqual([
      ["query_1", "one"],
      ["query_2", "error"],
      ["query_3", "three"],
    ]);
    expect(rounds.map(({ round }) => round)).toEqual([1, 2]);
    expect(gaps).toEqual(first.gaps);
  });

  it("fails where there is no plan, and not where only a further one is missing", async () => {
    await expect(research([noPlan])).rejects.toMatchObject({
      name: "SqlPlanRefused",
      message: "No plan of queries could be made: There is no such table.",
    });
    const { evidence, gaps } = await research([plan("SELECT 1 AS one"), noPlan]);
    expect(evidence.results).toHaveLength(1);
    expect(gaps[0]?.details).toEqual(["No further plan could be made: There is no such table."]);
  });

  it("fails where the source cannot be read, and asks nobody", async () => {
    const asked: unknown[] = [];
    const ask = async (input: SqlResearcherInput) => {
      asked.push(input);
      return plan();
    };
    const nowhere = createSqlite(join(folder, "nowhere.sqlite"));
    const failed = expect(researchSql({ source: nowhere, ask }, { question, created_at, limits })).rejects;
    await failed.toMatchObject({ name: "SqlUnavailable" });
    expect(asked).toEqual([]);
  });
});
