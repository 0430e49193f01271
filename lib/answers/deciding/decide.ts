import type * as z from "zod";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { AppError, isAppError } from "../../runtime/errors.ts";
import { keptOf } from "../artifacts/kept.ts";
import { work } from "../artifacts/names.ts";
import { type Parts, readParts } from "../artifacts/parts.ts";
import { recordProgress } from "../artifacts/progress.ts";
import type { Decision } from "../artifacts/record.ts";
import { type Round, rangesOf } from "../documents/load-documents.ts";
import type { roundInput } from "../research/merge-excerpts.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { askOrchestrator } from "./ask-orchestrator.ts";
import { followUp } from "./follow-up.ts";

/**
 * Decide: what the orchestrator makes of the evidence, and what follows from it. A budget that is spent means: write what
 * there is. Throws `DecisionFailed` where no decision can be obtained.
 */
export async function decide(context: PhaseContext<z.infer<typeof roundInput>, AnswerServices>): Promise<PhaseResult> {
  const { run, services, configuration, input } = context;
  const kept = keptOf(await services.artifacts(), run.id);
  const parts = await readParts(kept);
  const limits = { number: input.round, most: configuration.answer_decisions_max };
  const decision = followUp(await reply(context, parts), limits);
  await kept.write(work.decision(input.round), decision);
  const { documents } = await recordProgress(context, kept);
  const next: Round = {
    round: input.round + 1,
    markdown: !run.enable_sql,
    sql: run.enable_sql,
    ranges: rangesOf(documents?.batches.length ?? 0),
  };
  return { summary: { action: decision.next, ...(decision.next === "research" && { round: next }) } };
}

type Reply = Pick<Decision, "action" | "reason" | "confidence" | "follow_up_question" | "budget_spent">;

async function reply(context: PhaseContext<z.infer<typeof roundInput>, AnswerServices>, parts: Parts): Promise<Reply> {
  try {
    return { ...(await askOrchestrator(context, parts)), budget_spent: false };
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.name === "BudgetSpent") return { ...unpaid, budget_spent: true };
    if (error.name !== "OpenAiUnavailable") throw error;
    throw new AppError("DecisionFailed", "RUN_FAILED", `No decision could be obtained: ${error.message}`, {
      cause: error,
    });
  }
}

const unpaid = {
  action: "write",
  reason: "The run's budget is spent; what was found is written.",
  confidence: null,
  follow_up_question: null,
} as const;
