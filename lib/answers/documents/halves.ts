import type { Chunk } from "./record.ts";

/** Chunks in two parts; a single one is cut after a line, or else a word, near its middle, and is in both by its own name. */
export function halvesOf(chunks: readonly Chunk[]): [Chunk[], Chunk[]] {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) {
    const at = placeNearMiddle(only.content);
    return [[{ ...only, content: only.content.slice(0, at) }], [{ ...only, content: only.content.slice(at) }]];
  }
  const middle = Math.ceil(chunks.length / 2);
  return [chunks.slice(0, middle), chunks.slice(middle)];
}

/** In the second quarter of the text; its middle where there is no white space. */
function placeNearMiddle(text: string): number {
  const [from, to] = [Math.floor(text.length / 4), Math.ceil(text.length / 2)];
  const part = text.slice(from, to);
  const last = Math.max(part.lastIndexOf("\n"), part.includes("\n") ? -1 : part.search(/\s\S*$/));
  return last === -1 ? to : from + last + 1;
}
