import { describe, expect, it } from "vitest";
import { gap, researchGaps, skippedGaps } from "../../../../lib/answers/artifacts/gaps.ts";
import { finalMarkdown } from "../../../../lib/answers/writing/final.ts";

const research = (code: string) =>
  researchGaps({
    status: "success",
    excerpt_count: 0,
    excerpts: [],
    error: { code, message: "So it was.", details: ["Oslo#batch1: MARKDOWN_BATCH_ERROR"] },
  });

describe("gaps", () => {
  it("are documents that were not used", () => {
    expect(skippedGaps([])).toEqual([]);
    expect(skippedGaps([{ path: "documents/a.md", problem: "is not UTF-8" }])).toEqual([
      { code: "DOCUMENTS_SKIPPED", message: "Some documents were not used.", details: ["documents/a.md is not UTF-8"] },
    ]);
  });

  it("are batches that failed, and not that there was nothing to read or to find", () => {
    expect(research("MARKDOWN_PARTIAL_BATCH_FAILURE")).toEqual([
      {
        code: "MARKDOWN_PARTIAL",
        message: "So it was.",
        details: ["MARKDOWN_PARTIAL_BATCH_FAILURE", "Oslo#batch1: MARKDOWN_BATCH_ERROR"],
      },
    ]);
    expect(research("MARKDOWN_ALL_BATCHES_FAILED").map(({ code }) => code)).toEqual(["MARKDOWN_PARTIAL"]);
    expect(research("MARKDOWN_NO_BATCHES")).toEqual([]);
    expect(researchGaps({ status: "success", excerpt_count: 0, excerpts: [], error: null })).toEqual([]);
  });

  it("tell of as many details as somebody reads", () => {
    const details = Array.from({ length: 60 }, (_, index) => `detail ${index + 1}`);
    expect(gap("SQL_PARTIAL", "So it was.", details).details?.slice(49)).toEqual(["detail 50", "and 10 more"]);
    expect(gap("MAX_ITERATIONS", "So it was.")).toEqual({ code: "MAX_ITERATIONS", message: "So it was." });
  });
});

describe("final.md", () => {
  it("is the question and the answer", () => {
    expect(finalMarkdown(" What? ", "\n\nTrams [ref_1].\n\n")).toBe("# Question\nWhat?\n\nTrams [ref_1].\n");
  });

  it("is never without an answer", () => {
    expect(() => finalMarkdown("What?", " \n")).toThrow("There is no answer to be stored.");
  });
});
