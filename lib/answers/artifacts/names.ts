/** Where an artifact of a run lies. The run's id decides the folder, and nothing searches (spec answer-runs 4). */
export function artifactKey(runId: string, name: string): string {
  return `output/${runId}/${name}`;
}

/** Prompts and replies of a run that asked for them: apart, because they are kept for a shorter time. */
export function payloadKey(runId: string, call: string): string {
  return `payloads/${runId}/${call}.json`;
}

/** What is served or read by people. */
export const artifacts = {
  run_log: "run.json",
  context_bundle: "context_bundle.json",
  final_output: "final.md",
  markdown_excerpts: "markdown/excerpts.json",
  markdown_references: "markdown/references.json",
  sql_queries: "sql/queries.json",
  sql_results: "sql/results.json",
  sql_results_full: "sql/results_full.json",
  sql_rounds: "sql/rounds.json",
  schema_summary: "schema_summary.json",
  run_summary: "run_summary.txt",
  api_state: "api_state.json",
  draft: (number: number) => `drafts/draft_${String(number).padStart(2, "0")}.md`,
} as const;

/** What the states of a run leave for each other. */
export const work = {
  documents: "work/documents.json",
  batch: (number: number) => `work/batches/${number}.json`,
  found: (round: number, batch: number) => `work/found/${round}-${batch}.json`,
  sql: (round: number) => `work/sql/${round}.json`,
  decision: (round: number) => `work/decisions/${round}.json`,
  draft: (number: number) => `work/drafts/${number}.json`,
} as const;
