import { askRole } from "../roles/ask.ts";
import { sqlResearcher } from "../roles/sql-researcher.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import type { SqlResearchTools } from "./researcher.ts";

/** The SQL researcher as SQL research asks it; its calls are numbered. */
export function askSqlResearcher(context: PhaseContext<{ round: number }, AnswerServices>): SqlResearchTools["ask"] {
  let calls = 0;
  return (input) =>
    askRole(context, sqlResearcher, {
      task: "Plan queries for the question.",
      data: input,
      call: `${context.input.round}-${++calls}`,
      read: (reply) => reply,
    });
}
