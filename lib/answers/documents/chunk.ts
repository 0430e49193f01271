import type { Chunk } from "./record.ts";
import { charactersPerToken } from "./tokens.ts";

/** A document as read: its text is the file's, character by character. */
export interface Document {
  path: string;
  source_name: string;
  text: string;
}

export interface ChunkSizes {
  chunkTokens: number;
  /** What a chunk repeats of the one before it. */
  overlapTokens: number;
}

/** A chunk ends in its last fifth, at the best place to be found there. */
const searched = 0.2;

/** Best first: after a paragraph, a line, a sentence, a word. */
const breaks = [/\n[^\S\n]*\n+/g, /\n/g, /[.!?]["'”’)\]]*\s+/g, /\s+/g];

/**
 * A document in overlapping pieces. Each is an exact part of the text, so that what stands in a chunk stands in the file; no
 * character is left out, and none is cut in two. A document of white space has none.
 */
export function chunksOf({ path, source_name, text }: Document, { chunkTokens, overlapTokens }: ChunkSizes): Chunk[] {
  if (!(overlapTokens >= 0 && overlapTokens * 2 <= chunkTokens)) {
    throw new RangeError(`An overlap of ${overlapTokens} is no part of a chunk of ${chunkTokens} tokens.`);
  }
  const spans = text.trim() === "" ? [] : spansOf(text, Math.max(8, chunkTokens * charactersPerToken), overlapTokens);
  return spans.map(([start, end], index) => ({
    chunk_id: chunkId(path, index),
    path,
    source_name,
    content: text.slice(start, end),
    chunk_index: index,
    chunk_count: spans.length,
  }));
}

/** In ASCII, which a model repeats as it was given; paths may be written in several ways that look alike. */
function chunkId(path: string, index: number): string {
  return `${encodeURI(path.toWellFormed())}#${index + 1}`;
}

function spansOf(text: string, size: number, overlapTokens: number): [number, number][] {
  const spans: [number, number][] = [];
  for (let start = 0; ; ) {
    const end = start + size >= text.length ? text.length : endWithin(text, start, size);
    spans.push([start, end]);
    if (end === text.length) return spans;
    start = startWithin(text, end - overlapTokens * charactersPerToken, end);
  }
}

function endWithin(text: string, start: number, size: number): number {
  const from = start + Math.ceil(size * (1 - searched));
  const part = text.slice(from, start + size);
  for (const each of breaks) {
    const last = [...part.matchAll(each)].at(-1);
    if (last) return from + last.index + last[0].length;
  }
  return whole(text, start + size);
}

/** The overlap begins where a line, a sentence or a word does, if it has such a place. */
function startWithin(text: string, from: number, end: number): number {
  const part = text.slice(from, end);
  for (const each of breaks) {
    const first = [...part.matchAll(each)].map((found) => found.index + found[0].length).find((at) => at < part.length);
    if (first !== undefined) return from + first;
  }
  return whole(text, from);
}

/** Back to the beginning of a character that two code units make. */
function whole(text: string, at: number): number {
  const isSecondHalf = /^[\uDC00-\uDFFF]$/.test(text[at] ?? "") && /^[\uD800-\uDBFF]$/.test(text[at - 1] ?? "");
  return isSecondHalf ? at - 1 : at;
}
