import { expect, it } from "vitest";
import { checkQuery } from "../../../../lib/answers/sql/check-query.ts";

it.each([
  ["SELECT 1", "SELECT 1"],
  ["  -- which?\n/* all; of */ select owner\nfrom accounts;\n", "select owner\nfrom accounts"],
  ["WITH x AS (SELECT 1) SELECT * FROM x ; -- done;", "WITH x AS (SELECT 1) SELECT * FROM x"],
  ["SELECT ';' AS a, \"b;c\", $$;$$, $x$;$x$, 'it''s;' FROM t -- why;", null],
  ["SELECT 1 /* ; */", "SELECT 1"],
])("takes %j", (text, sql) => {
  expect(checkQuery(text)).toEqual({ sql: sql ?? text.replace(" -- why;", "") });
});

const one = "Only one statement is allowed.";
const select = "Only SELECT and WITH … SELECT are allowed.";

it.each([
  ["", "The query is empty."],
  [" ; -- nothing", "The query is empty."],
  ["SELECT 1; SELECT 2", one],
  ["SELECT 1;; DELETE FROM t", one],
  ["SELECT '' ; DELETE FROM t WHERE a = ''", one],
  ["DELETE FROM t", select],
  ["/* SELECT */ DELETE FROM t", select],
  ["-- SELECT 1\nDROP TABLE t", select],
  ["EXPLAIN SELECT 1", select],
  ["VALUES (1)", select],
  ["SELECTED", select],
  ["WITH x AS (DELETE FROM t RETURNING 'SELECT') TABLE x", "A WITH must end in a SELECT."],
])("refuses %j", (text, problem) => {
  expect(checkQuery(text)).toEqual({ problem });
});

it("refuses what nobody writes", () => {
  expect(checkQuery(`SELECT '${"x".repeat(20_000)}'`)).toEqual({
    problem: "The query is longer than 20000 characters.",
  });
});
