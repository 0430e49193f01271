import { AppError } from "../../runtime/errors.ts";
import { truncate } from "../../runtime/text.ts";
import { capped, type SqlLimits } from "./caps.ts";
import type { SqlResearch } from "./record.ts";
import type { SqlResearchTools } from "./researcher.ts";
import { type Finished, workRound } from "./round.ts";
import { schemaText } from "./summary.ts";

export interface SqlRequest {
  question: string;
  created_at: string;
  limits: SqlLimits;
  /** What research of the same run has found already, for another question; this goes on from it. */
  earlier?: SqlResearch;
}

/**
 * Rounds of plans and queries over a source (spec answer-runs 5.5). Throws `SqlPlanRefused` where there is no
 * plan at all, and `SqlUnavailable` where the source does not answer; whatever else goes wrong is a gap.
 */
export async function researchSql(tools: SqlResearchTools, request: SqlRequest): Promise<SqlResearch> {
  const { question, limits, earlier } = request;
  const schema = earlier?.schema ?? (await tools.source.schema());
  const finished = finishedBefore(earlier);
  for (let round = 1; round <= limits.rounds; round += 1) {
    const found = finished.rounds.map(({ summary }) => summary).join("\n\n");
    const input = { question, schema: schemaText(schema), found, problems: [] };
    const { status, error, queries } = await tools.ask(input);
    if (status === "error" && finished.rounds.length === 0) throw planRefused(error);
    if (status === "error") finished.partial.push(`No further plan could be made: ${error ?? "no reason given"}`);
    if (status === "error" || queries.length === 0) break;
    await workRound({ ...tools, rows: limits.rows }, input, queries, finished);
  }
  return composed(finished, schema, request);
}

function finishedBefore(earlier: SqlResearch | undefined): Finished {
  const { evidence, rounds = [], results_full = [], gaps = [] } = earlier ?? {};
  const partial = gaps.flatMap(({ details }) => details).filter((detail) => !detail.startsWith(rowsCut));
  return { rounds: [...rounds], queries: [...(evidence?.queries ?? [])], results: [...results_full], partial };
}

const rowsCut = "Rows were cut:";

function composed(
  { rounds, queries, results: results_full, partial }: Finished,
  schema: SqlResearch["schema"],
  { created_at, limits }: SqlRequest,
): SqlResearch {
  const results = capped(results_full, limits.tokens);
  const cut = results.filter(({ truncated }) => truncated).map(({ query_id }) => query_id);
  const details = [...partial, ...(cut.length > 0 ? [`${rowsCut} ${cut.join(", ")}`] : [])];
  const gap = { code: "SQL_PARTIAL" as const, message: "The database was read in part only.", details };
  const isPartial = details.length > 0;
  return {
    evidence: {
      status: "success",
      created_at,
      queries,
      results,
      total_token_count: results.reduce((sum, { token_count }) => sum + token_count, 0),
      truncation_applied: cut.length > 0,
      error: isPartial ? gap : null,
    },
    results_full,
    rounds,
    schema,
    gaps: isPartial ? [gap] : [],
  };
}

function planRefused(reason: string | null): AppError {
  const told = truncate(reason ?? "no reason given", 500);
  return new AppError("SqlPlanRefused", "INTERNAL_ERROR", `No plan of queries could be made: ${told}`);
}
