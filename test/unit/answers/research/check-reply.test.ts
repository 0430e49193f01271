import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkReply } from "../../../../lib/answers/research/check-reply.ts";
import { findVerbatim, searchable } from "../../../../lib/answers/research/verbatim.ts";

const chunk = (number: number, content: string) => ({
  chunk_id: `documents/Munich.md#${number}`,
  path: "documents/Munich.md",
  source_name: "Munich",
  content,
  chunk_index: number - 1,
  chunk_count: 2,
});
const first = chunk(
  1,
  "# Mobility of the whole city\n\nMunich runs 1,250 electric\n  buses by 2030.\n\nCafe\u0301s get 3 million euros each.\n",
);
const second = chunk(2, "Nothing about transport stands here.");
const chunks = [first, second];

const excerpt = (quote: string, partial_answer = "It runs buses.", source_chunk_ids = [first.chunk_id]) => ({
  quote,
  partial_answer,
  source_chunk_ids,
});
const reply = (excerpts: ReturnType<typeof excerpt>[], accepted = [first.chunk_id], rejected = [second.chunk_id]) => ({
  accepted_chunk_ids: accepted,
  rejected_chunk_ids: rejected,
  excerpts,
});
const good = excerpt("Munich runs 1,250 electric buses by 2030.");
/** Beside an excerpt that stays, so that the reply as a whole is kept. */
const kept = (each: ReturnType<typeof excerpt>) =>
  checkReply(reply([good, each]), chunks)
    .findings.slice(1)
    .map(({ quote }) => quote);

describe("a researcher's reply", () => {
  it("gives findings in the document's own words", () => {
    expect(checkReply(reply([good]), chunks)).toEqual({
      findings: [
        {
          source_name: "Munich",
          path: "documents/Munich.md",
          chunk_index: 0,
          quote: "Munich runs 1,250 electric\n  buses by 2030.",
          partial_answer: "It runs buses.",
          source_chunk_ids: ["documents/Munich.md#1"],
        },
      ],
      dropped: 0,
    });
  });

  it("may quote in the other Unicode form, and in no other way", () => {
    expect(kept(excerpt("Cafés get 3 million euros each."))).toEqual(["Cafe\u0301s get 3 million euros each."]);
    expect(kept(excerpt("Cafes get 3 million euros each."))).toEqual([]);
    expect(kept(excerpt("“Munich runs 1,250 electric buses”"))).toEqual([]);
    expect(kept(excerpt("munich runs 1,250 electric buses"))).toEqual([]);
  });

  it.each([
    ["invents", "Munich runs 9,999 electric buses."],
    ["begins within a number", "250 electric buses by 2030."],
    ["ends within a number", "Munich runs 1"],
    ["leaves out the millions", "Cafés get 3"],
    ["begins within a word", "unich runs 1,250 electric buses"],
    ["is too short to say anything", "by 2030"],
    ["is a heading", "# Mobility of the whole city"],
    ["is the words of a heading", "Mobility of the whole city"],
    ["is empty", " "],
  ])("is without an excerpt that %s", (_, quote) => {
    const { findings, dropped } = checkReply(reply([good, excerpt(quote)]), chunks);
    expect([findings.length, dropped]).toEqual([1, 1]);
  });

  it("is without an excerpt of a chunk that was rejected, that it was not given, or of none", () => {
    const text = "Nothing about transport stands here.";
    expect(kept(excerpt(text, "Nothing.", [second.chunk_id]))).toEqual([]);
    expect(kept(excerpt(good.quote, "It.", [first.chunk_id, "documents/Oslo.md#1"]))).toEqual([]);
    expect(kept(excerpt(good.quote, "It.", []))).toEqual([]);
  });

  it("may quote what stands in any one of the chunks it names", () => {
    const { findings } = checkReply(
      reply(
        [excerpt("Nothing about transport stands here.", "None.", [first.chunk_id, second.chunk_id])],
        [first.chunk_id, second.chunk_id],
        [],
      ),
      chunks,
    );
    expect(findings.map(({ chunk_index }) => chunk_index)).toEqual([1]);
  });

  it("says of a quote what the quote says, where its own statement has other figures, cites or is empty", () => {
    const statements = ["It runs 1250 buses by 2030.", "It runs 1,250 buses, 40%.", "It runs buses [ref_9].", " "];
    const { findings } = checkReply(reply(statements.map((each) => excerpt(good.quote, each))), chunks);
    const quote = "Munich runs 1,250 electric\n  buses by 2030.";
    expect(findings.map(({ partial_answer }) => partial_answer)).toEqual([
      "It runs 1250 buses by 2030.",
      quote,
      quote,
      quote,
    ]);
  });

  it.each([
    ["a chunk is in no list", reply([good], [first.chunk_id], []), "MARKDOWN_OUTPUT_INVALID"],
    [
      "a chunk is in both lists",
      reply([good], [first.chunk_id], [first.chunk_id, second.chunk_id]),
      "MARKDOWN_OUTPUT_INVALID",
    ],
    ["a chunk was not given", reply([good], [first.chunk_id, "x"], [second.chunk_id]), "MARKDOWN_OUTPUT_INVALID"],
    ["no chunk is named", reply([], [], []), "MARKDOWN_MISSING_INPUT"],
    ["what it accepts proves nothing", reply([excerpt("Munich has a moon base.")]), "MARKDOWN_EMPTY_EXCERPTS"],
  ])("is asked for again where %s", (_, bad, code) => {
    expect(() => checkReply(bad, chunks)).toThrow(
      expect.objectContaining({ name: "BadReply", retryable: true, details: { code } }),
    );
  });

  it("may find nothing", () => {
    expect(checkReply(reply([], [], [first.chunk_id, second.chunk_id]), chunks)).toEqual({ findings: [], dropped: 0 });
  });

  it("never gives a quote that does not stand in the chunk, whatever the model says", () => {
    const words = fc.array(
      fc.constantFrom("Munich", "runs", "1,250", "250", "buses", "e\u0301", "é", "\n", " ", ".", "#"),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(words, words, (text, quote) => {
        const given = chunk(1, text.join(" "));
        try {
          const { findings } = checkReply(reply([excerpt(quote.join(" "))], [given.chunk_id], []), [given]);
          for (const finding of findings) {
            expect(given.content).toContain(finding.quote);
            const plain = (each: string) => each.normalize("NFC").replace(/\s+/g, " ").trim();
            expect(plain(finding.quote)).toBe(plain(quote.join(" ")));
          }
        } catch (error) {
          expect(error).toMatchObject({ name: "BadReply" });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("normalised text", () => {
  it("is composed, with one space for white space of any kind", () => {
    expect(searchable("a \u00a0\u2003\n\tb e\u0301 \u1100\u1161\u11a8").normalised).toBe("a b é 각");
  });

  it("is that of the whole, however it is put together, and leads back to the text", () => {
    const piece = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("e\u0301", "\u1100\u1161", "\u11a8", " ", "\n", "\u0301"),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join("");
        const { normalised, starts, ends } = searchable(text);
        expect(normalised).toBe(text.normalize("NFC").replace(/\s+/g, " "));
        expect([starts.length, ends.length]).toEqual([normalised.length, normalised.length]);
        expect(ends[ends.length - 1] ?? text.length).toBe(text.length);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["It grew by 5 to 1 250 buses.", "250 buses", undefined],
    ["In 2030 250 buses run.", "250 buses", "250 buses"],
    ["It had 11 250 and 250 buses", "250 buses", "250 buses"],
    ["The result was -5.2 percent.", "5.2 percent", undefined],
    ["It fell by 5 % today.", "It fell by 5", undefined],
    ["It fell by 5.2 percent.", "It fell by 5.", undefined],
    ["It grew by 1,250 in all.", ",250 in all.", undefined],
    ["It fell by 10-12 tonnes.", "It fell by 10", undefined],
    ["It fell by 10–12 tonnes.", "12 tonnes.", undefined],
    ["It is 1/3 of all trams.", "3 of all trams.", undefined],
    ["It fell by 5. Then it grew.", "It fell by 5.", "It fell by 5."],
    ["It takes 3 minutes.", "It takes 3", "It takes 3"],
    ["東京は2030年までに", "までに", "までに"],
  ])("of %j: the quote %j is %j", (text, quote, expected) => {
    const span = findVerbatim(searchable(text), quote);
    expect(span && text.slice(...span)).toBe(expected);
  });
});
