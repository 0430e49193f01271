import type { Excerpt, Finding } from "./record.ts";

/**
 * All findings of a run as its excerpts: duplicates are one, and they are numbered by source, path and chunk. The same
 * findings in another order have the same numbers.
 */
export function mergeFindings(findings: readonly Finding[]): Excerpt[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings.toSorted(inOrder)) {
    const key = JSON.stringify([finding.source_name, finding.quote, finding.partial_answer]);
    const known = merged.get(key);
    const ids = [...(known?.source_chunk_ids ?? []), ...finding.source_chunk_ids];
    merged.set(key, { ...(known ?? finding), source_chunk_ids: [...new Set(ids)] });
  }
  return [...merged.values()].map(({ chunk_index: _, ...excerpt }, index) => ({
    ref_id: `ref_${index + 1}`,
    ...excerpt,
  }));
}

function inOrder(a: Finding, b: Finding): number {
  return (
    compare(a.source_name, b.source_name) ||
    compare(a.path, b.path) ||
    a.chunk_index - b.chunk_index ||
    compare(a.quote, b.quote) ||
    compare(a.partial_answer, b.partial_answer) ||
    compare(a.source_chunk_ids.join("\n"), b.source_chunk_ids.join("\n"))
  );
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
