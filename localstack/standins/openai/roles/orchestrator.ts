import * as z from "zod";
import type { OrchestratorReply } from "../../../../lib/answers/roles/replies.ts";

export const orchestratorData = z.object({
  question: z.string(),
  sql_is_on: z.boolean(),
  evidence: z.object({ excerpts: z.array(z.unknown()), results: z.array(z.object({ rows: z.array(z.unknown()) })) }),
  earlier: z.array(z.object({ action: z.string() })),
});

/** Writes what there is; asks the database once more where it was on, and nothing at all was found. */
export function decide({
  question,
  sql_is_on,
  evidence,
  earlier,
}: z.infer<typeof orchestratorData>): OrchestratorReply {
  const rows = evidence.results.reduce((sum, result) => sum + result.rows.length, 0);
  const nothing = evidence.excerpts.length + rows === 0;
  if (nothing && sql_is_on && earlier.length === 0) {
    return { action: "run_sql", reason: "Nothing was found yet.", confidence: 0.4, follow_up_question: question };
  }
  const reason = nothing ? "Nothing was found, which is an answer too." : "There is evidence to write from.";
  return { action: "write", reason, confidence: nothing ? 0.5 : 0.8, follow_up_question: null };
}
