import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { badReply, batchCodeOf } from "../../../../lib/answers/research/codes.ts";
import { mergeFindings } from "../../../../lib/answers/research/merge.ts";
import { type BatchResult, researchOutcome, sourcesOf } from "../../../../lib/answers/research/outcome.ts";
import { referencesOf } from "../../../../lib/answers/research/references.ts";
import { AppError } from "../../../../lib/runtime/errors.ts";

const finding = (source_name: string, chunk_index: number, quote: string, partial_answer = "So it is.") => ({
  source_name,
  path: `documents/${source_name}.md`,
  chunk_index,
  quote,
  partial_answer,
  source_chunk_ids: [`documents/${source_name}.md#${chunk_index + 1}`],
});
const oslo = finding("Oslo", 0, "Oslo has trams.");
const munich = finding("Munich", 10, "Munich has buses.");
const early = finding("Munich", 2, "Munich has bikes.");

describe("findings", () => {
  it("are numbered by source, path and chunk", () => {
    const elsewhere = { ...finding("Munich", 0, "Another file."), path: "documents/sub/Munich.md" };
    const merged = mergeFindings([oslo, elsewhere, munich, early]);
    expect(merged.map(({ ref_id, quote }) => [ref_id, quote])).toEqual([
      ["ref_1", "Munich has bikes."],
      ["ref_2", "Munich has buses."],
      ["ref_3", "Another file."],
      ["ref_4", "Oslo has trams."],
    ]);
  });

  it("of the same source, quote and partial answer are one", () => {
    const again = { ...oslo, chunk_index: 1, source_chunk_ids: ["documents/Oslo.md#2"] };
    expect(mergeFindings([again, oslo, finding("Oslo", 1, "Oslo has trams.", "It is otherwise.")])).toEqual([
      {
        ref_id: "ref_1",
        source_name: "Oslo",
        path: "documents/Oslo.md",
        quote: "Oslo has trams.",
        partial_answer: "So it is.",
        source_chunk_ids: ["documents/Oslo.md#1", "documents/Oslo.md#2"],
      },
      {
        ref_id: "ref_2",
        source_name: "Oslo",
        path: "documents/Oslo.md",
        quote: "Oslo has trams.",
        partial_answer: "It is otherwise.",
        source_chunk_ids: ["documents/Oslo.md#2"],
      },
    ]);
  });

  it("have the same numbers in whatever order they come", () => {
    const one = fc.record({
      source: fc.constantFrom("A", "B"),
      index: fc.integer({ min: 0, max: 3 }),
      quote: fc.constantFrom("p", "q"),
    });
    const some = fc.array(
      one.map(({ source, index, quote }) => finding(source, index, quote)),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.double({ noNaN: true })), (findings, chance) => {
        const shuffled = findings
          .map((each) => ({ each, at: chance.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ each }) => each);
        expect(mergeFindings(shuffled)).toEqual(mergeFindings(findings));
      }),
    );
  });

  it("become references, counted from 0", () => {
    const merged = mergeFindings([oslo, early]);
    expect(referencesOf("20260209_1201", merged)).toEqual({
      run_id: "20260209_1201",
      reference_count: 2,
      references: [
        {
          ref_id: "ref_1",
          excerpt_index: 0,
          source_name: "Munich",
          quote: "Munich has bikes.",
          partial_answer: "So it is.",
          source_chunk_ids: ["documents/Munich.md#3"],
        },
        {
          ref_id: "ref_2",
          excerpt_index: 1,
          source_name: "Oslo",
          quote: "Oslo has trams.",
          partial_answer: "So it is.",
          source_chunk_ids: ["documents/Oslo.md#1"],
        },
      ],
    });
  });
});

describe("research", () => {
  const answered = (source_name: string, ...findings: (typeof oslo)[]): BatchResult => ({
    source_name,
    number: 1,
    ok: true,
    findings,
  });
  const failed = (source_name: string, number = 1): BatchResult => ({
    source_name,
    number,
    ok: false,
    code: "MARKDOWN_OUTPUT_INVALID",
  });

  it("is whole where all batches answered", () => {
    const { excerpts, ...rest } = researchOutcome([answered("Oslo", oslo), answered("Munich", munich)]);
    expect(rest).toEqual({ status: "success", excerpt_count: 2, error: null });
    expect(excerpts.map(({ ref_id, source_name }) => [ref_id, source_name])).toEqual([
      ["ref_1", "Munich"],
      ["ref_2", "Oslo"],
    ]);
  });

  it("uses what it has where some failed", () => {
    const outcome = researchOutcome([answered("Oslo", oslo), failed("Munich", 1), failed("Munich", 2)]);
    expect(outcome.excerpt_count).toBe(1);
    expect(outcome.error).toEqual({
      code: "MARKDOWN_PARTIAL_BATCH_FAILURE",
      message: "2 of 3 parts of the documents could not be examined.",
      details: ["Munich#batch1: MARKDOWN_OUTPUT_INVALID", "Munich#batch2: MARKDOWN_OUTPUT_INVALID"],
    });
  });

  it("has no excerpts where all failed, where there was nothing to do, and where nothing was relevant", () => {
    expect(researchOutcome([failed("Oslo")])).toEqual({
      status: "success",
      excerpt_count: 0,
      excerpts: [],
      error: {
        code: "MARKDOWN_ALL_BATCHES_FAILED",
        message: "No part of the documents could be examined.",
        details: ["Oslo#batch1: MARKDOWN_OUTPUT_INVALID"],
      },
    });
    expect(researchOutcome([]).error).toEqual({
      code: "MARKDOWN_NO_BATCHES",
      message: "There was no document to read.",
      details: [],
    });
    expect(researchOutcome([answered("Oslo")])).toEqual({
      status: "success",
      excerpt_count: 0,
      excerpts: [],
      error: null,
    });
  });

  it("tells sources that say nothing from those that were not read", () => {
    const results = [
      answered("Oslo", oslo),
      answered("Oslo"),
      answered("Paris"),
      answered("Munich"),
      failed("Munich", 2),
    ];
    expect(sourcesOf(results)).toEqual({
      considered: ["Munich", "Oslo", "Paris"],
      silent: ["Paris"],
      unread: ["Munich"],
    });
  });
});

describe("the code of a batch", () => {
  it("is what the reply lacked, where the model's error tells of one", () => {
    const wrapped = (cause: unknown) =>
      new AppError("OpenAiUnavailable", "OPENAI_API_ERROR", "the model's reply is malformed", { cause });
    expect(batchCodeOf(wrapped(badReply("MARKDOWN_EMPTY_EXCERPTS", "nothing quoted")))).toBe("MARKDOWN_EMPTY_EXCERPTS");
    expect(batchCodeOf(wrapped(new SyntaxError("no JSON")))).toBe("MARKDOWN_OUTPUT_INVALID");
    expect(batchCodeOf(wrapped(z.string().safeParse(1).error))).toBe("MARKDOWN_OUTPUT_INVALID");
  });

  it("is that of the bad reply, and a general one for any other failure", () => {
    expect(batchCodeOf(badReply("MARKDOWN_OUTPUT_ERROR_EMPTY", "The reply is empty."))).toBe(
      "MARKDOWN_OUTPUT_ERROR_EMPTY",
    );
    expect(batchCodeOf(new AppError("OpenAiUnavailable", "OPENAI_API_ERROR", "out of order"))).toBe(
      "MARKDOWN_BATCH_ERROR",
    );
    const foreign = new AppError("OpenAiUnavailable", "OPENAI_API_ERROR", "out of order", { details: { code: "x" } });
    expect(batchCodeOf(foreign)).toBe("MARKDOWN_BATCH_ERROR");
    expect(batchCodeOf(new Error("unforeseen"))).toBe("MARKDOWN_BATCH_ERROR");
  });
});
