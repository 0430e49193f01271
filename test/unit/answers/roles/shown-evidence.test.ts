import { describe, expect, it } from "vitest";
import { askWithLess, shownEvidence } from "../../../../lib/answers/roles/shown-evidence.ts";
import { AppError } from "../../../../lib/runtime/errors.ts";

const excerpt = (number: number) => ({
  ref_id: `ref_${number}`,
  source_name: "Oslo",
  path: "documents/Oslo.md",
  quote: "q".repeat(210),
  partial_answer: "a".repeat(120),
  source_chunk_ids: ["documents/Oslo.md#1"],
});
const markdown = {
  status: "success" as const,
  excerpt_count: 2,
  excerpts: [excerpt(1), excerpt(2)],
  error: null,
};
const result = (query_id: string, rows: number) => ({
  query_id,
  columns: ["author"],
  rows: Array.from({ length: rows }, (_, index) => [`${"name".repeat(9)}${index % 10}_`]),
  row_count: rows,
  elapsed_ms: 1,
  token_count: 10 * rows,
  truncated: false,
});
const sql = (...results: ReturnType<typeof result>[]) => ({
  evidence: {
    status: "success" as const,
    created_at: "2026-02-09T12:01:11.000Z",
    queries: [],
    results,
    total_token_count: 0,
    truncation_applied: false,
    error: null,
  },
  results_full: [],
  rounds: [],
  schema: { dialect: "SQLite" as const, tables: [] },
  gaps: [],
});
// An excerpt is shown in 400 characters, 100 tokens; a row in 42, 11 tokens.
const limits = (tokens: number) => ({ answer_context_tokens: tokens + 50, answer_context_reserve_tokens: 50 });
const parts = { markdown, sql: sql(result("query_1", 2), result("query_2", 3)) };
const shown = (tokens: number) => {
  const { evidence, cut } = shownEvidence(parts, limits(tokens));
  return {
    refs: evidence.excerpts.map(({ ref_id }) => ref_id),
    rows: evidence.results.map(({ rows, truncated }) => [rows.length, truncated]),
    cut,
  };
};

describe("the evidence that a model is shown", () => {
  it("is all of it where it fits, without paths and chunks", () => {
    expect(shown(255)).toEqual({
      refs: ["ref_1", "ref_2"],
      rows: [
        [2, false],
        [3, false],
      ],
      cut: [],
    });
    expect(Object.keys(shownEvidence(parts, limits(255)).evidence.excerpts[0] ?? {})).toEqual([
      "ref_id",
      "source_name",
      "quote",
      "partial_answer",
    ]);
  });

  it("loses rows first, from the end, and says so", () => {
    expect(shown(254)).toEqual({
      refs: ["ref_1", "ref_2"],
      rows: [
        [2, false],
        [2, true],
      ],
      cut: ["Rows of query_2 were cut."],
    });
    expect(shown(200).cut).toEqual(["Rows of query_1, query_2 were cut."]);
  });

  it("then loses whole excerpts, never a part of a quote", () => {
    expect(shown(199)).toEqual({
      refs: ["ref_1"],
      rows: [
        [0, true],
        [0, true],
      ],
      cut: ["Rows of query_1, query_2 were cut.", "Excerpts were cut: 1."],
    });
  });

  it("is nothing where nothing was found, and where nothing fits", () => {
    expect(shownEvidence({ markdown: undefined, sql: undefined }, limits(100))).toEqual({
      evidence: { excerpts: [], results: [] },
      cut: [],
    });
    expect(shown(-100).refs).toEqual([]);
  });
});

describe("asking with less evidence", () => {
  const error = (details: object) => new AppError("OpenAiUnavailable", "OPENAI_API_ERROR", "no", { details });

  it("shows a quarter where all was too long, and says what was cut", async () => {
    const many = { markdown: { ...markdown, excerpts: [1, 2, 3, 4, 5, 6, 7, 8].map(excerpt) }, sql: undefined };
    const sizes: number[] = [];
    const asked = await askWithLess(many, limits(10_000), async ({ excerpts }) => {
      sizes.push(excerpts.length);
      if (excerpts.length > 2) throw error({ tooLong: true });
      return "an answer";
    });
    expect(asked).toEqual({ value: "an answer", cut: ["Excerpts were cut: 6."] });
    expect(sizes).toEqual([8, 2]);
  });

  it("tries it once, and only then", async () => {
    let asked = 0;
    const failing = (details: object) =>
      askWithLess(parts, limits(10_000), async () => {
        asked += 1;
        throw error(details);
      });
    await expect(failing({ tooLong: true })).rejects.toThrow("no");
    expect(asked).toBe(2);
    await expect(failing({})).rejects.toThrow("no");
    expect(asked).toBe(3);
  });
});
