import MiniSearch from "minisearch";
import * as z from "zod";
import type { ResearcherReply } from "../../../../lib/answers/roles/replies.ts";
import { type Passage, passagesOf } from "./passages.ts";
import { relevanceTo } from "./relevance.ts";
import { contentWords, stem } from "./words.ts";

export const researcherData = z.object({
  question: z.string(),
  source: z.string(),
  chunks: z.array(z.object({ chunk_id: z.string(), content: z.string() })),
});

/** Of one batch: the best of a source, and not all that has the word. */
const mostExcerpts = 4;

/** What a sentence with a figure is worth more where one is asked for. */
const figureBoost = 1.5;
const asksForFigures =
  /\bhow (?:many|much|long|large|big|often)\b|\b(?:amounts?|numbers?|targets?|budgets?|costs?|quantified|rates?)\b/i;

/** The sentences of the chunks that have most to do with the question, ranked by BM25, each with its own words. */
export function research({ question, source, chunks }: z.infer<typeof researcherData>): ResearcherReply {
  const ranked = rank(relevant(question, source, chunks), question);
  const best = ranked.slice(0, mostExcerpts);
  const accepted = new Set(best.map(({ chunkId }) => chunkId));
  return {
    accepted_chunk_ids: chunks.flatMap(({ chunk_id }) => (accepted.has(chunk_id) ? [chunk_id] : [])),
    rejected_chunk_ids: chunks.flatMap(({ chunk_id }) => (accepted.has(chunk_id) ? [] : [chunk_id])),
    excerpts: best.map(({ text, chunkId }) => ({
      quote: text,
      partial_answer: text.replace(/\s+/g, " "),
      source_chunk_ids: [chunkId],
    })),
  };
}

type Found = Passage & { chunkId: string };

function relevant(question: string, source: string, chunks: z.infer<typeof researcherData>["chunks"]): Found[] {
  const seen = new Set<string>();
  const passages = chunks
    .flatMap(({ chunk_id, content }) => passagesOf(content).map((passage) => ({ ...passage, chunkId: chunk_id })))
    .filter(({ text }) => !seen.has(text) && seen.add(text))
    .map((passage) => ({
      ...passage,
      own: new Set(contentWords(passage.text)),
      above: new Set(contentWords(`${passage.headings} ${source.replaceAll("_", " ")}`)),
    }));
  return passages.filter(relevanceTo(question, passages));
}

function rank(passages: readonly Found[], question: string): Found[] {
  const index = new MiniSearch({ fields: ["text", "headings"], processTerm: (term) => stem(term.toLowerCase()) });
  index.addAll(passages.map(({ text, headings }, id) => ({ id, text, headings })));
  const hasFigure = (id: number) => /\d/.test(passages[id]?.text ?? "");
  const boostDocument = (id: number) => (asksForFigures.test(question) && hasFigure(id) ? figureBoost : 1);
  const found = index.search(contentWords(question).join(" "), { boost: { headings: 0.5 }, boostDocument });
  return found.flatMap(({ id }) => passages[id as number] ?? []);
}
