import type { AnswerRun } from "../run.ts";
import { gap, researchGaps, skippedGaps } from "./gaps.ts";
import { artifactKey, artifacts } from "./names.ts";
import type { Parts } from "./parts.ts";
import type { Bundle, Gap } from "./record.ts";

/** What is known to be missing by what the states have left; empty where nothing is. */
export function gapsOf({ documents, markdown, sql, decisions, drafts }: Parts): Gap[] {
  const limitReached = decisions.some(({ limit_reached }) => limit_reached);
  const unpaid = decisions.some(({ budget_spent }) => budget_spent) || drafts.some((draft) => draft.unpaid);
  return [
    ...(limitReached ? [gap("MAX_ITERATIONS", "More research was asked for than there may be.")] : []),
    ...skippedGaps(documents?.skipped ?? []),
    ...(markdown ? researchGaps(markdown) : []),
    ...(sql?.gaps ?? []),
    ...(unpaid ? [gap("BUDGET_EXHAUSTED", "The budget of the run was spent before all was asked.")] : []),
  ];
}

/** `context_bundle.json` as it is now. `gaps` are all that are known, `final` is true once the answer exists. */
export function bundleOf(run: Pick<AnswerRun, "id" | "question">, parts: Parts, gaps: Gap[], final: boolean): Bundle {
  return {
    research_question: run.question,
    sql: parts.sql?.evidence ?? null,
    markdown: parts.markdown ?? null,
    gaps,
    drafts: draftKeys(run.id, parts),
    final: final ? artifactKey(run.id, artifacts.final_output) : null,
  };
}

/** The end of a run, for its log; undefined while it goes on. */
export interface End {
  status: string;
  completed_at: string;
  finish_reason: string;
  error: { code: string; message: string } | null;
}

/** `run.json` (spec answer-runs 4.1). `usage` is what the model was asked. */
export function runLogOf(
  run: Pick<AnswerRun, "id" | "question" | "started_at" | "enable_sql" | "markdown_path" | "log_llm_payload">,
  parts: Parts,
  { gaps, usage, end }: { gaps: Gap[]; usage: object | undefined; end?: End | undefined },
) {
  const { documents, markdown, decisions } = parts;
  return {
    run_id: run.id,
    question: run.question,
    status: end?.status ?? "started",
    started_at: run.started_at,
    completed_at: end?.completed_at ?? null,
    ...(end && { finish_reason: end.finish_reason }),
    decisions: [...decisions, ...errorsOf(parts), ...(end?.error ? [end.error] : [])],
    artifacts: artifactsOf(run.id, parts, end),
    drafts: draftKeys(run.id, parts),
    inputs: {
      enable_sql: run.enable_sql,
      markdown_path: run.markdown_path,
      log_llm_payload: run.log_llm_payload,
      markdown_file_count: documents?.file_count ?? 0,
      markdown_chunk_count: documents?.chunk_count ?? 0,
      markdown_excerpt_count: markdown?.excerpt_count ?? 0,
    },
    gaps,
    ...(usage && { llm_usage: usage }),
  };
}

/** Errors that the run survived, in the order of its states. */
function errorsOf({ markdown, sql, drafts }: Parts): { code: string; message: string }[] {
  const failed = drafts.flatMap(({ number, error }) =>
    error === null ? [] : [{ code: "WRITER_ERROR", message: `Draft ${number}: ${error}` }],
  );
  return [
    ...(markdown?.error ? [{ code: "MARKDOWN_ERROR", message: markdown.error.message }] : []),
    ...(sql?.evidence.error ? [{ code: "SQL_EXECUTION_ERROR", message: sql.evidence.error.message }] : []),
    ...failed,
  ];
}

function draftKeys(runId: string, { drafts }: Parts): string[] {
  return drafts.flatMap(({ number, text }) => (text === null ? [] : [artifactKey(runId, artifacts.draft(number))]));
}

/** The artifacts that there are, by their names. */
function artifactsOf(runId: string, { markdown, sql }: Parts, end: End | undefined): Record<string, string> {
  const answered = end?.status === "completed" || end?.status === "completed_with_gaps";
  const names = [
    "context_bundle" as const,
    ...(markdown ? (["markdown_excerpts", "markdown_references"] as const) : []),
    ...(sql ? (["sql_queries", "sql_results", "sql_results_full", "sql_rounds", "schema_summary"] as const) : []),
    ...(answered ? (["final_output"] as const) : []),
    ...(end ? (["run_summary"] as const) : []),
  ];
  return Object.fromEntries(names.map((name) => [name, artifactKey(runId, artifacts[name])]));
}
