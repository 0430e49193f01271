import { expect, it } from "vitest";
import { capped, errorResult, resultOf } from "../../../../lib/answers/sql/caps.ts";

/** Each row has 14 characters of JSON, four tokens; the columns six, two tokens. */
function result(query_id: string, count: number, has_more = false) {
  const rows = Array.from({ length: count }, (_, index) => [`row ${String(index).padStart(4, "0")}`, 1]);
  return resultOf(query_id, { columns: ["ab"], rows, has_more, elapsed_ms: 3 });
}

it("counts a result's tokens, columns included", () => {
  expect(result("query_1", 3)).toMatchObject({ row_count: 3, token_count: 2 + 3 * 4, truncated: false });
});

it("marks a result of which the database had more", () => {
  expect(result("query_1", 1, true)).toMatchObject({ row_count: 1, truncated: true });
});

it("leaves results as they are that fit", () => {
  const results = [result("query_1", 3), result("query_2", 2)];
  expect(capped(results, 24)).toEqual(results);
});

it("cuts rows from the end and marks what lost any, within the limit", () => {
  const [first, second, third] = capped([result("query_1", 3), result("query_2", 5), result("query_3", 1)], 6 + 4 * 4);
  expect(first).toEqual(result("query_1", 3));
  expect(second).toMatchObject({ rows: [["row 0000", 1]], row_count: 5, token_count: 6, truncated: true });
  expect(third).toMatchObject({ rows: [], row_count: 1, token_count: 2, truncated: true });
});

it("keeps nothing that stands behind the cut, though it would fit", () => {
  const wide = resultOf("query_1", { columns: ["a"], rows: [["x".repeat(400)]], has_more: false, elapsed_ms: 1 });
  expect(capped([wide, result("query_2", 1)], 50).map(({ rows }) => rows.length)).toEqual([0, 0]);
});

it("shows a failure as a result with the one column error", () => {
  expect(errorResult("query_1", "no such column: x")).toEqual({
    query_id: "query_1",
    columns: ["error"],
    rows: [["no such column: x"]],
    row_count: 1,
    elapsed_ms: 0,
    token_count: 9,
    truncated: false,
  });
});
