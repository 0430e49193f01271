import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchesOf, batchName } from "../../../../lib/answers/documents/batches.ts";
import { chunksOf } from "../../../../lib/answers/documents/chunk.ts";
import { tokensOf } from "../../../../lib/answers/documents/tokens.ts";

const munich = (text: string) => ({ path: "documents/Munich.md", source_name: "Munich", text });
const contents = (text: string, chunkTokens: number, overlapTokens: number) =>
  chunksOf(munich(text), { chunkTokens, overlapTokens }).map(({ content }) => content);

describe("tokens", () => {
  it("are a fourth of the characters, rounded up", () => {
    expect(["", "a", "abcd", "abcde"].map(tokensOf)).toEqual([0, 1, 1, 2]);
  });
});

describe("chunks", () => {
  it("of a short document are the document", () => {
    expect(chunksOf(munich("Trams run.\n"), { chunkTokens: 10, overlapTokens: 2 })).toEqual([
      {
        chunk_id: "documents/Munich.md#1",
        path: "documents/Munich.md",
        source_name: "Munich",
        content: "Trams run.\n",
        chunk_index: 0,
        chunk_count: 1,
      },
    ]);
  });

  it.each(["", " \n\t\n"])("are none of a document without a word: %j", (text) => {
    expect(contents(text, 10, 2)).toEqual([]);
  });

  it("end after a paragraph rather than after a sentence", () => {
    const text = `${"a".repeat(33)}.\n\nBe. ${"c".repeat(20)}`;
    expect(contents(text, 10, 0)).toEqual([`${"a".repeat(33)}.\n\n`, `Be. ${"c".repeat(20)}`]);
  });

  it("end after a sentence rather than after a word", () => {
    const text = `${"a".repeat(33)}. Be c ${"d".repeat(20)}`;
    expect(contents(text, 10, 0)).toEqual([`${"a".repeat(33)}. `, `Be c ${"d".repeat(20)}`]);
  });

  it("end after a word where there is nothing better, and anywhere where there is no word", () => {
    expect(contents(`${"a".repeat(35)} ${"b".repeat(20)}`, 10, 0)).toEqual([`${"a".repeat(35)} `, "b".repeat(20)]);
    expect(contents("a".repeat(45), 10, 0)).toEqual(["a".repeat(40), "a".repeat(5)]);
  });

  it("repeat whole words of the chunk before", () => {
    const text = `${"a".repeat(20)} trams and buses ${"b".repeat(30)}`;
    expect(contents(text, 10, 3)).toEqual([`${"a".repeat(20)} trams and buses `, `and buses ${"b".repeat(30)}`]);
  });

  it("have ids in ASCII, however the path is written", () => {
    const document = { path: "documents/Gävle #1.md", source_name: "Gävle #1", text: "Trams run." };
    expect(chunksOf(document, { chunkTokens: 10, overlapTokens: 0 })[0]?.chunk_id).toBe(
      "documents/G%C3%A4vle%20#1.md#1",
    );
  });

  it("cannot be made where the overlap would keep them from going on", () => {
    expect(() => contents("Trams run.", 10, 6)).toThrow("An overlap of 6 is no part of a chunk of 10 tokens.");
  });

  it("leave nothing out, change nothing, stay within their size and never cut a character in two", () => {
    const words = fc.array(fc.constantFrom("a", "🚋", "𝒳", " ", "\n", "\n\n", ". ", "tram", "é", "\u0301"), {
      maxLength: 400,
    });
    const sizes = fc.tuple(fc.integer({ min: 2, max: 30 }), fc.double({ min: 0, max: 0.5, noNaN: true }));
    fc.assert(
      fc.property(words, sizes, (pieces, [chunkTokens, part]) => {
        const text = pieces.join("");
        const sizesOf = { chunkTokens, overlapTokens: Math.floor(chunkTokens * part) };
        const chunks = chunksOf(munich(text), sizesOf);
        let covered = 0;
        for (const { content } of chunks) {
          expect(content.isWellFormed()).toBe(true);
          expect(content.length).toBeLessThanOrEqual(Math.max(8, chunkTokens * 4));
          // The place it must stand at: not after what is covered, and going on from there.
          const at = text.lastIndexOf(content, covered);
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at + content.length).toBeGreaterThan(covered);
          covered = at + content.length;
        }
        if (text.trim() !== "") expect(covered).toBe(text.length);
        expect(chunksOf(munich(text), sizesOf)).toEqual(chunks);
        expect(new Set(chunks.map(({ chunk_id }) => chunk_id)).size).toBe(chunks.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe("batches", () => {
  const chunk = (source_name: string, id: string, content: string) => ({
    chunk_id: id,
    path: `documents/${source_name}.md`,
    source_name,
    content,
    chunk_index: 0,
    chunk_count: 1,
  });

  it("hold as many chunks of one source as fit, and never of two", () => {
    const chunks = [
      chunk("Oslo", "o1", "a".repeat(20)),
      chunk("Munich", "m1", "a".repeat(20)),
      chunk("Munich", "m2", "a".repeat(20)),
      chunk("Munich", "m3", "a".repeat(4)),
      chunk("Munich", "m4", "a".repeat(80)),
    ];
    expect(batchesOf(chunks, 10)).toEqual([
      { index: 0, source_name: "Munich", number: 1, chunk_ids: ["m1", "m2"] },
      { index: 1, source_name: "Munich", number: 2, chunk_ids: ["m3"] },
      { index: 2, source_name: "Munich", number: 3, chunk_ids: ["m4"] },
      { index: 3, source_name: "Oslo", number: 1, chunk_ids: ["o1"] },
    ]);
  });

  it("are none of no chunks", () => expect(batchesOf([], 10)).toEqual([]));

  it("are named by source and number", () => {
    expect(batchName({ source_name: "Munich", number: 2 })).toBe("Munich#batch2");
  });
});
