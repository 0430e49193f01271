import { gapsOf } from "../artifacts/compose.ts";
import type { Parts } from "../artifacts/parts.ts";
import { askRole } from "../roles/ask.ts";
import { orchestrator } from "../roles/orchestrator.ts";
import type { OrchestratorReply } from "../roles/replies.ts";
import { askWithLess } from "../roles/shown-evidence.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";

/** What the orchestrator makes of the evidence so far. */
export async function askOrchestrator(
  context: PhaseContext<{ round: number }, AnswerServices>,
  parts: Parts,
): Promise<OrchestratorReply> {
  const { run, input, configuration } = context;
  const earlier = parts.decisions.map(({ action, reason, follow_up_question }) => ({
    action,
    reason,
    follow_up_question,
  }));
  const { value } = await askWithLess(parts, configuration, (evidence) =>
    askRole(context, orchestrator, {
      task: "Decide what happens next.",
      data: { question: run.question, sql_is_on: run.enable_sql, evidence, gaps: gapsOf(parts), earlier },
      call: String(input.round),
      read: (reply) => reply,
    }),
  );
  return value;
}
