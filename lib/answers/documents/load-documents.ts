import * as z from "zod";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { keptOf } from "../artifacts/kept.ts";
import { work } from "../artifacts/names.ts";
import { recordProgress } from "../artifacts/progress.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { type Batch, batchesOf } from "./batches.ts";
import { chunksOf } from "./chunk.ts";
import { findDocuments, readDocuments } from "./load.ts";
import type { Chunk, SkippedDocument } from "./record.ts";

/** As many entries as a state's output holds with room to spare. */
const mostRanges = 200;

/** What a round of research does: batches from one number to another, both included, in each range. */
export const roundSchema = z.object({
  round: z.number().int().min(1),
  markdown: z.boolean(),
  sql: z.boolean(),
  ranges: z.array(z.object({ from: z.number().int(), to: z.number().int() })),
});
export type Round = z.infer<typeof roundSchema>;

/**
 * LoadDocuments: cuts the documents of the run's folder into batches and stores them, so that all that follows works on
 * the same texts. Throws `DocumentsMissing` where there is no such folder.
 */
export async function loadDocumentsOf(context: PhaseContext<unknown, AnswerServices>): Promise<PhaseResult> {
  const { run, services, configuration } = context;
  const kept = keptOf(await services.artifacts(), run.id);
  await recordProgress(context, kept);
  const limits = { files: configuration.answer_files_max, bytes: configuration.answer_file_bytes_max };
  const source = await services.documents();
  const found = await findDocuments(source, run.markdown_path, limits);
  const sizes = {
    chunkTokens: configuration.answer_chunk_tokens,
    // Never more than half of a chunk, whatever is configured.
    overlapTokens: Math.min(
      configuration.answer_chunk_overlap_tokens,
      Math.floor(configuration.answer_chunk_tokens / 2),
    ),
  };
  const chunks: Chunk[] = [];
  const skipped: SkippedDocument[] = [...found.skipped];
  const sources: { source_name: string; path: string }[] = [];
  for await (const document of readDocuments(source, found, limits)) {
    if (!("text" in document)) {
      skipped.push(document);
      continue;
    }
    sources.push({ source_name: document.source_name, path: document.path });
    chunks.push(...chunksOf(document, sizes));
  }
  const batches = batchesOf(chunks, configuration.answer_batch_tokens);
  await storeBatches(kept, chunks, batches);
  const counts = { file_count: sources.length, chunk_count: chunks.length };
  await kept.write(work.documents, { ...counts, batches: batches.map(withoutChunks), sources, skipped });
  await recordProgress(context, kept);
  const round: Round = { round: 1, markdown: true, sql: run.enable_sql, ranges: rangesOf(batches.length) };
  return { summary: { ...round, ...counts, skipped: skipped.length } };
}

async function storeBatches(kept: ReturnType<typeof keptOf>, chunks: readonly Chunk[], batches: readonly Batch[]) {
  const byId = new Map(chunks.map((chunk) => [chunk.chunk_id, chunk]));
  for (const { index, chunk_ids } of batches) {
    await kept.write(
      work.batch(index),
      chunk_ids.map((id) => byId.get(id)),
    );
  }
}

function withoutChunks({ index, source_name, number }: Batch) {
  return { index, source_name, number };
}

/** One range for each batch, or for some where there are very many. */
export function rangesOf(batches: number): Round["ranges"] {
  const size = Math.max(1, Math.ceil(batches / mostRanges));
  return Array.from({ length: Math.ceil(batches / size) }, (_, index) => ({
    from: index * size,
    to: Math.min(batches, (index + 1) * size) - 1,
  }));
}
