import type * as z from "zod";
import type { Configuration } from "../../configuration/keys.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { iso } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import { type Kept, keptOf } from "../artifacts/kept.ts";
import { artifacts, work } from "../artifacts/names.ts";
import { latestSql } from "../artifacts/parts.ts";
import { questionOf } from "../deciding/question.ts";
import type { roundInput } from "../research/merge-excerpts.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { askSqlResearcher } from "./ask-sql-researcher.ts";
import type { SqlLimits } from "./caps.ts";
import type { SqlResearch } from "./record.ts";
import { researchSql } from "./research.ts";

/** ResearchSql: asks the source, going on from earlier rounds. Throws `SqlPlanRefused` and `SqlUnavailable`. */
export async function researchSqlOf(
  context: PhaseContext<z.infer<typeof roundInput>, AnswerServices>,
): Promise<PhaseResult> {
  const { run, services, input, configuration } = context;
  const kept = keptOf(await services.artifacts(), run.id);
  const source = await services.sqlSource();
  if (!source) throw new AppError("SqlUnavailable", "RUN_FAILED", "The SQL source is not configured any more.");
  const earlier = await latestSql(kept, input.round - 1);
  const question = await questionOf(kept, run, input.round);
  const found = await researchSql(
    { source, ask: askSqlResearcher(context) },
    { question, created_at: iso(services.clock.now()), limits: limitsOf(configuration), ...(earlier && { earlier }) },
  );
  await storeSql(kept, found, input.round);
  const { queries, results } = found.evidence;
  return { summary: { queries: queries.length, results: results.length, gaps: found.gaps.length } };
}

function limitsOf(configuration: Configuration): SqlLimits {
  const { answer_sql_rounds: rounds, answer_sql_rows_max: rows, answer_sql_tokens_max: tokens } = configuration;
  return { rounds, rows, tokens };
}

async function storeSql(kept: Kept, found: SqlResearch, round: number): Promise<void> {
  const { evidence, results_full, rounds, schema } = found;
  await kept.write(artifacts.schema_summary, schema);
  await kept.write(artifacts.sql_queries, evidence.queries);
  await kept.write(artifacts.sql_results, evidence.results);
  await kept.write(artifacts.sql_results_full, results_full);
  await kept.write(artifacts.sql_rounds, rounds);
  await kept.write(work.sql(round), found);
}
