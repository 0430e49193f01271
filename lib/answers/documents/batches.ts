import type { Chunk } from "./record.ts";
import { tokensOf } from "./tokens.ts";

/** Chunks of one source that one call reads. */
export interface Batch {
  /** Over the run, from 0. */
  index: number;
  source_name: string;
  /** Within its source, from 1. */
  number: number;
  chunk_ids: string[];
}

/**
 * The chunks of each source in as few batches as hold at most `batchTokens`; a single chunk may be larger. In the order of
 * the sources' names, and within a source of the chunks.
 */
export function batchesOf(chunks: readonly Chunk[], batchTokens: number): Batch[] {
  const bySource = Map.groupBy(chunks, ({ source_name }) => source_name);
  const batches: Omit<Batch, "index">[] = [];
  for (const source_name of [...bySource.keys()].sort()) {
    const packed = pack(bySource.get(source_name) ?? [], batchTokens);
    batches.push(...packed.map((chunk_ids, index) => ({ source_name, number: index + 1, chunk_ids })));
  }
  return batches.map((batch, index) => ({ index, ...batch }));
}

/** How a batch is named to the reader of a gap. */
export function batchName({ source_name, number }: Pick<Batch, "source_name" | "number">): string {
  return `${source_name}#batch${number}`;
}

function pack(chunks: readonly Chunk[], batchTokens: number): string[][] {
  const packed: string[][] = [];
  let room = 0;
  for (const { chunk_id, content } of chunks) {
    const tokens = tokensOf(content);
    const last = packed.at(-1);
    if (last && tokens <= room) {
      last.push(chunk_id);
      room -= tokens;
    } else {
      packed.push([chunk_id]);
      room = batchTokens - tokens;
    }
  }
  return packed;
}
