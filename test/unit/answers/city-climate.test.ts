import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { chunksOf } from "../../../lib/answers/documents/chunk.ts";
import { checkReply } from "../../../lib/answers/research/check-reply.ts";
import { researchOutcome, sourcesOf } from "../../../lib/answers/research/outcome.ts";
import { evidenceOf } from "../../../lib/answers/writing/evidence.ts";
import { settleAnswer } from "../../../lib/answers/writing/settle.ts";
import { createDirectory } from "../../../lib/providers/documents/directory.ts";
import { loadDocuments } from "../../support/documents.ts";
import { describeRecorded, recordings } from "../../support/recorded.ts";

/** Sentences with figures, as an extractive researcher finds them; some in lines of their own. */
const sentence = /(?<=^|[.!?]\s)\p{Lu}[^.!?\n|[]{60,300}\d[^.!?\n|[]{0,100}[.!?](?=\s|$)/gmu;

describeRecorded("answers out of the reports of 36 cities", ["documents/city_climate"], () => {
  const folder = join(recordings, "documents/city_climate");
  const limits = { files: 200, bytes: 5_000_000 };

  it("keep true sentences, every quote stands in its file, and lose each sentence with a changed figure", async () => {
    const { documents } = await loadDocuments(createDirectory(folder), "documents", limits);
    const results = documents.map((document) => {
      const chunks = chunksOf(document, { chunkTokens: 12_000, overlapTokens: 2_000 });
      const found = chunks.flatMap(({ content, chunk_id }) =>
        (content.match(sentence) ?? []).slice(0, 3).map((words) => ({
          quote: words.replaceAll(" ", "  "),
          partial_answer: words,
          source_chunk_ids: [chunk_id],
        })),
      );
      const accepted = [...new Set(found.flatMap(({ source_chunk_ids }) => source_chunk_ids))];
      const rejected = chunks.map(({ chunk_id }) => chunk_id).filter((id) => !accepted.includes(id));
      const reply = { accepted_chunk_ids: accepted, rejected_chunk_ids: rejected, excerpts: found };
      const { findings } = checkReply(reply, chunks);
      return { source_name: document.source_name, number: 1, ok: true as const, findings };
    });
    const { excerpts } = researchOutcome(results);
    expect(new Set(excerpts.map(({ source_name }) => source_name)).size).toBeGreaterThan(30);
    for (const { path, quote } of excerpts) {
      expect(readFileSync(join(folder, path.replace("documents/", "")), "utf8")).toContain(quote);
    }

    const lines = excerpts.map(({ quote, ref_id }) => `- ${quote.trim()} [${ref_id}]`);
    const evidence = evidenceOf(excerpts, null);
    const { answer, gaps } = settleAnswer(lines.join("\n"), evidence, sourcesOf(results));
    expect(gaps).toEqual([]);
    expect(answer.split("\n").filter((line) => line.startsWith("- "))).toEqual(lines);

    const changed = excerpts.map(
      ({ quote, ref_id }) =>
        `- ${quote.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10))} So it is ${ref_id.slice(4)}7391. [${ref_id}]`,
    );
    const settled = settleAnswer(changed.join("\n"), evidence, sourcesOf(results));
    expect(settled.answer).not.toContain("7391");
  });
});
