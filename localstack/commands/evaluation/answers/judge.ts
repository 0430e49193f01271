import type { Passage } from "./questions.ts";

/** A citation of an answer, as the context bundle shows it. */
export interface Excerpt {
  ref_id: string;
  path: string;
  quote: string;
}

/** What an answer is worth by its citations. Nothing here is shared with the code that wrote it. */
export interface Judgement {
  sentences: number;
  /** Those whose quotes do not carry them. */
  unsupported: string[];
  /** Citations of what the answer does not rest on. */
  unknown: string[];
  quotes: number;
  /** Of them those that occur in their document only if white space is overlooked. */
  respaced: number;
  /** Those that do not occur at all. */
  strays: string[];
  figures: number;
  /** Those that stand in no quote that the answer cites. */
  unfounded: string[];
}

const citation = /\[ref_(\d+)\]/g;

/** Judges an answer; `textOf` gives a document, undefined where there is none. */
export function judge(
  answer: string,
  excerpts: readonly Excerpt[],
  textOf: (path: string) => string | undefined,
): Judgement {
  const quotes = new Map(excerpts.map(({ ref_id, quote }) => [ref_id, quote]));
  const sentences = sentencesOf(answer);
  const citedBy = (text: string) => [...text.matchAll(citation)].map(([, number]) => `ref_${number}`);
  const quotesOf = (text: string) => citedBy(text).flatMap((id) => quotes.get(id) ?? []);
  const all = figuresOf(sentences.join("\n"));
  const known = new Set(quotesOf(answer).flatMap(figuresOf));
  const places = excerpts.map(({ ref_id, path, quote }) => ({ ref_id, path, place: placeOf(quote, textOf(path)) }));
  return {
    // An answer without any evidence says so, and cites nothing.
    sentences: excerpts.length === 0 ? 0 : sentences.length,
    unsupported: excerpts.length === 0 ? [] : sentences.filter((sentence) => !isCarried(sentence, quotesOf(sentence))),
    unknown: [...new Set(citedBy(answer))].filter((id) => !quotes.has(id)),
    quotes: excerpts.length,
    respaced: places.filter(({ place }) => place === "respaced").length,
    strays: places.filter(({ place }) => place === "nowhere").map(({ ref_id, path }) => `${ref_id} of ${path}`),
    figures: all.length,
    unfounded: all.filter((figure) => !known.has(figure)),
  };
}

/** The answer without the question above it and the list of sources that ends it. */
export function bodyOf(content: string, question: string): string {
  const header = `# Question\n${question}\n`;
  const body = content.startsWith(header) ? content.slice(header.length) : content;
  const footer = body.lastIndexOf("\n---\n");
  return footer >= 0 && body.slice(footer).includes("**Sources considered:**") ? body.slice(0, footer) : body;
}

/** Sentences with the citations that follow them; headings, rules and what has no words are none. */
export function sentencesOf(answer: string): string[] {
  return answer
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/^\s*(?:[-*+>]|\d+[.)])\s+/, ""))
    .flatMap((line) => line.split(/(?<=[.!?]["”)*]*(?:\s*\[ref_\d+\])*)\s+(?=["“(*`]*\p{Lu})/u))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /\p{L}/u.test(sentence.replace(citation, "")));
}

/** Whether the quotes have the sentence's figures, and more than half of its words. */
function isCarried(sentence: string, quotes: readonly string[]): boolean {
  const figures = new Set(quotes.flatMap(figuresOf));
  const words = new Set(quotes.flatMap(wordsOf));
  const own = wordsOf(sentence);
  const shared = own.filter((word) => words.has(word)).length;
  return quotes.length > 0 && figuresOf(sentence).every((figure) => figures.has(figure)) && shared * 2 >= own.length;
}

/** The numbers of a text, without what separates thousands. */
export function figuresOf(text: string): string[] {
  const plain = text.replace(citation, "").replace(/(?<=\d)[,'\u00a0\u202f ](?=\d{3}(?!\d))/g, "");
  return plain.match(/\d+(?:[.,]\d+)*/g) ?? [];
}

/** The longer words of a text, by how they begin, so that an ending makes no other word of it. */
function wordsOf(text: string): string[] {
  const words =
    text
      .replace(citation, "")
      .normalize("NFKC")
      .toLowerCase()
      .match(/\p{L}{4,}/gu) ?? [];
  return words.map((word) => word.slice(0, 5));
}

function placeOf(quote: string, text: string | undefined): "verbatim" | "respaced" | "nowhere" {
  if (text?.includes(quote)) return "verbatim";
  return text !== undefined && spaced(text).includes(spaced(quote)) ? "respaced" : "nowhere";
}

function spaced(text: string): string {
  return text.normalize("NFKC").replace(/\s+/g, " ").trim();
}

/**
 * How many of the passages are found among the first `k` excerpts: an excerpt of the same document, of which one holds the
 * other's words.
 */
export function foundAt(k: number, passages: readonly Passage[], excerpts: readonly Excerpt[]): number {
  const first = excerpts.slice(0, k);
  return passages.filter(({ path, text }) =>
    first.some(
      (excerpt) =>
        (excerpt.path === path || excerpt.path.endsWith(`/${path}`)) &&
        (spaced(excerpt.quote).includes(spaced(text)) || spaced(text).includes(spaced(excerpt.quote))),
    ),
  ).length;
}
