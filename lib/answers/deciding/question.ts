import type { Kept } from "../artifacts/kept.ts";
import { work } from "../artifacts/names.ts";
import { decisionSchema } from "../artifacts/record.ts";
import type { AnswerRun } from "../run.ts";

/** What a round of research is about: the run's question, or the one that the decision before it asks. */
export async function questionOf(
  kept: Kept,
  { question }: Pick<AnswerRun, "question">,
  round: number,
): Promise<string> {
  if (round === 1) return question;
  const { follow_up_question } = await kept.read(work.decision(round - 1), decisionSchema);
  return follow_up_question?.trim() || question;
}
