import { type Batch, batchName } from "../documents/batches.ts";
import { mergeFindings } from "./merge.ts";
import type { BatchCode, Finding, MarkdownEvidence } from "./record.ts";

/** What became of a batch; a failure is a fact, not an error, so that the others go on. */
export type BatchResult = Pick<Batch, "source_name" | "number"> &
  ({ ok: true; findings: Finding[] } | { ok: false; code: BatchCode });

/** What all batches of a run come to (the table of spec answer-runs 5.3). */
export function researchOutcome(results: readonly BatchResult[]): MarkdownEvidence {
  const excerpts = mergeFindings(results.flatMap((result) => (result.ok ? result.findings : [])));
  return { status: "success", excerpt_count: excerpts.length, excerpts, error: errorOf(results) };
}

/** The sources of a run by what research came to. */
export interface Sources {
  /** Every source that was asked. */
  considered: string[];
  /** Asked whole, and silent. */
  silent: string[];
  /** Not asked whole: a batch of theirs failed. */
  unread: string[];
}

/** Sorted, each once. */
export function sourcesOf(results: readonly BatchResult[]): Sources {
  const names = (some: readonly BatchResult[]) => [...new Set(some.map(({ source_name }) => source_name))].sort();
  const unread = names(results.filter(({ ok }) => !ok));
  const found = names(results.filter((result) => result.ok && result.findings.length > 0));
  const considered = names(results);
  return { considered, unread, silent: considered.filter((name) => !unread.includes(name) && !found.includes(name)) };
}

function errorOf(results: readonly BatchResult[]): MarkdownEvidence["error"] {
  const details = results.flatMap((result) => (result.ok ? [] : [`${batchName(result)}: ${result.code}`]));
  if (results.length === 0) {
    return { code: "MARKDOWN_NO_BATCHES", message: "There was no document to read.", details };
  }
  if (details.length === 0) return null;
  if (details.length === results.length) {
    return { code: "MARKDOWN_ALL_BATCHES_FAILED", message: "No part of the documents could be examined.", details };
  }
  const message = `${details.length} of ${results.length} parts of the documents could not be examined.`;
  return { code: "MARKDOWN_PARTIAL_BATCH_FAILURE", message, details };
}
