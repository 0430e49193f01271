import type { Decision } from "../artifacts/record.ts";

/** What the orchestrator said, and in which decision of how many. */
type Said = Pick<Decision, "action" | "reason" | "confidence" | "follow_up_question" | "budget_spent">;

/**
 * What follows from a decision (spec answer-runs 5.6). More SQL means another round of research, of the documents where SQL
 * is off, unless this was the last decision; documents that have been read are not read again for their own sake.
 */
export function followUp(said: Said, { number, most }: { number: number; most: number }): Decision {
  const wantsMore = said.action === "run_sql";
  const isLast = number >= most;
  const next = said.action === "stop" ? "stop" : wantsMore && !isLast ? "research" : "write";
  return { number, ...said, next, limit_reached: wantsMore && isLast };
}
