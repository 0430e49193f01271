import * as z from "zod";

/** A piece of a document, as one model call reads it. */
export const chunkSchema = z.object({
  /** Made of path and position, so that a state which runs twice names it the same. */
  chunk_id: z.string(),
  /** The artifact key of the document, `documents/Munich.md`. */
  path: z.string(),
  /** The file's name without its extension; files of one name in several folders are one source. */
  source_name: z.string(),
  content: z.string(),
  /** From 0. */
  chunk_index: z.number().int().min(0),
  chunk_count: z.number().int().min(1),
});
export type Chunk = z.infer<typeof chunkSchema>;

/** A document that could not be used, and why, in words for the reader of the answer. */
export interface SkippedDocument {
  path: string;
  problem: string;
}
