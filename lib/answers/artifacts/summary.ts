import type { AnswerRun } from "../run.ts";
import type { End } from "./compose.ts";
import type { Parts } from "./parts.ts";
import type { Gap } from "./record.ts";

/** `run_summary.txt`: the run for a person. */
export function summaryOf(
  run: AnswerRun,
  { documents, markdown, sql, decisions }: Parts,
  gaps: Gap[],
  end: End,
): string {
  return [
    `Run ${run.id}: ${end.status} (${end.finish_reason})`,
    `Asked ${run.started_at}, ended ${end.completed_at}`,
    "",
    run.question,
    "",
    `Documents: ${documents?.file_count ?? 0} read, ${documents?.skipped.length ?? 0} skipped`,
    `Excerpts: ${markdown?.excerpt_count ?? 0}`,
    `SQL: ${sql ? `${sql.evidence.queries.length} queries` : "not asked"}`,
    ...decisions.map(({ number, action, reason }) => `Decision ${number}: ${action} – ${reason}`),
    ...gaps.map(({ code, message }) => `Gap ${code}: ${message}`),
    ...(end.error ? [`Error ${end.error.code}: ${end.error.message}`] : []),
    "",
  ].join("\n");
}
