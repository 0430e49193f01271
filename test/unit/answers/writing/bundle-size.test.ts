import { describe, expect, it } from "vitest";
import { fitBundle } from "../../../../lib/answers/writing/bundle-size.ts";

const result = (query_id: string, rows: number) => ({
  query_id,
  columns: ["n"],
  rows: Array.from({ length: rows }, (_, index) => [`row ${index}`]),
  row_count: rows,
  elapsed_ms: 1,
  token_count: 10,
  truncated: false,
});
const excerpt = (number: number, quote: string) => ({
  ref_id: `ref_${number}`,
  source_name: "Oslo",
  path: "documents/Oslo.md",
  quote,
  partial_answer: "p".repeat(100),
  source_chunk_ids: ["documents/Oslo.md#1"],
});
const quotes = ["q".repeat(500), "r".repeat(2000)];
const bundle = (rows: number) => ({
  research_question: "What?",
  sql: {
    status: "success" as const,
    created_at: "2026-02-09T12:01:11Z",
    queries: [],
    results: [result("q1", rows), result("q2", rows)],
    total_token_count: 20,
    truncation_applied: false,
    error: null,
  },
  markdown: {
    status: "success" as const,
    excerpt_count: 2,
    excerpts: quotes.map((quote, index) => excerpt(index + 1, quote)),
    error: null,
  },
  gaps: [],
  drafts: [],
  final: null,
});
/** As a function answers with it: text within text. */
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

describe("a context bundle", () => {
  it("stays as it is where it is small enough", () => {
    const small = bundle(10);
    expect(fitBundle(small)).toBe(small);
  });

  it("loses rows of the last result first, and no other evidence", () => {
    const fitted = fitBundle(bundle(1000), 25_000);
    expect(bytes(fitted)).toBeLessThanOrEqual(25_000);
    // The cut goes no further than it must.
    expect(bytes(fitted)).toBeGreaterThan(24_900);
    expect(
      fitted.sql?.results.map(({ query_id, rows, row_count, truncated }) => [query_id, rows[0], row_count, truncated]),
    ).toEqual([
      ["q1", ["row 0"], 1000, false],
      ["q2", ["row 0"], 1000, true],
    ]);
    expect(fitted.sql?.truncation_applied).toBe(true);
    expect(fitted.markdown).toEqual(bundle(0).markdown);
    expect(fitted.gaps).toEqual([
      { code: "BUNDLE_TRUNCATED", message: "Evidence was left out of the context bundle, which would be too large." },
    ]);
  });

  it("loses what was said about the longest quotes next, and never a quote", () => {
    const size = bytes({ ...bundle(0), gaps: fitBundle(bundle(0), 0).gaps });
    const fitted = fitBundle(bundle(1000), size - 50);
    expect(fitted.sql?.results.map(({ rows }) => rows)).toEqual([[], []]);
    expect(fitted.markdown?.excerpts.map(({ quote, partial_answer }) => [quote, partial_answer.length])).toEqual([
      [quotes[0], 100],
      [quotes[1], 0],
    ]);
    expect(fitBundle(bundle(0), 0).markdown?.excerpts.map(({ quote }) => quote)).toEqual(quotes);
  });

  it("may be without SQL and without documents", () => {
    const empty = { ...bundle(0), sql: null, markdown: null };
    expect(fitBundle(empty, 0).gaps.map(({ code }) => code)).toEqual(["BUNDLE_TRUNCATED"]);
  });
});
