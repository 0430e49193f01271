import { roundInput } from "../../../lib/answers/research/merge-excerpts.ts";
import { answerRun } from "../../../lib/answers/run.ts";
import { researchSqlOf } from "../../../lib/answers/sql/research-sql.ts";
import { phase } from "../../../lib/runs/phases/phase.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = phase(
  answerRun,
  { state: "ResearchSql", number: 2, input: roundInput, iteration: ({ round }) => String(round) },
  loadServices,
  researchSqlOf,
);
