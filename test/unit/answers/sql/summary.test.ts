import { expect, it } from "vitest";
import { resultOf } from "../../../../lib/answers/sql/caps.ts";
import { resultsSummary, schemaText } from "../../../../lib/answers/sql/summary.ts";
import type { SqlTable } from "../../../../lib/providers/sql/schema.ts";

const accounts: SqlTable = {
  name: "accounts",
  meaning: "Who holds money",
  columns: [
    { name: "id", type: "integer", meaning: null },
    { name: "cents", type: "bigint", meaning: "Balance in cents" },
    { name: "anything", type: "", meaning: null },
  ],
  primary_key: ["id"],
  foreign_keys: [{ columns: ["id"], table: "people", referenced_columns: ["number"] }],
};

it("tells tables, columns with types and meanings, and keys", () => {
  expect(schemaText({ dialect: "PostgreSQL", tables: [accounts] })).toBe(
    [
      "The database speaks PostgreSQL. Its tables:",
      "",
      "accounts: Who holds money",
      "  id integer",
      "  cents bigint: Balance in cents",
      "  anything",
      "  primary key (id)",
      "  foreign key (id) → people (number)",
    ].join("\n"),
  );
});

it("says how many tables there was no room for", () => {
  const wide = { ...accounts, meaning: "x".repeat(39_000) };
  const text = schemaText({ dialect: "SQLite", tables: [accounts, wide, wide, wide] });
  expect(text.length).toBeLessThan(81_000);
  expect(text.endsWith("\n\n… and 1 more tables, not shown.")).toBe(true);
});

it("tells of results their columns, counts and first three rows", () => {
  const numbers = {
    columns: ["n", "name"],
    rows: [
      [1, "a"],
      [2, "b"],
      [3, null],
      [4, "d"],
    ],
    elapsed_ms: 1,
  };
  const long = { columns: ["text"], rows: [["x".repeat(1_000)]], has_more: true, elapsed_ms: 1 };
  expect(resultsSummary([resultOf("query_1", { ...numbers, has_more: false }), resultOf("query_2", long)])).toBe(
    [
      "query_1: 4 rows of (n, name)",
      '  [1,"a"]',
      '  [2,"b"]',
      "  [3,null]",
      "",
      "query_2: 1 or more rows of (text)",
      `  ["${"x".repeat(198)}`,
    ].join("\n"),
  );
});
