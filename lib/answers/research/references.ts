import type { Excerpt, Reference } from "./record.ts";

/** `references.json`: what each citation of a run stands for. */
export interface References {
  run_id: string;
  reference_count: number;
  references: Reference[];
}

export function referencesOf(runId: string, excerpts: readonly Excerpt[]): References {
  const references = excerpts.map(({ path: _, ...excerpt }, excerpt_index) => ({ ...excerpt, excerpt_index }));
  return { run_id: runId, reference_count: references.length, references };
}
