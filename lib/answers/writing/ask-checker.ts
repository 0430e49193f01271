import { askRole } from "../roles/ask.ts";
import { checker } from "../roles/checker.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import type { Evidence } from "./evidence.ts";
import type { Verdicts } from "./settle.ts";
import type { Statement } from "./statements.ts";

/** What the checker makes of sentences beside the quotes that they cite. */
export async function askChecker(
  context: PhaseContext<unknown, AnswerServices>,
  statements: readonly Statement[],
  { excerpts }: Evidence,
): Promise<Verdicts> {
  const quotes = new Map(excerpts.map(({ ref_id, quote }) => [ref_id, quote]));
  const sentences = statements.map(({ index, text, refs }) => ({
    index,
    sentence: text,
    quotes: refs.flatMap((ref) => quotes.get(ref) ?? []),
  }));
  return askRole(context, checker, {
    task: "Check each sentence against its quotes.",
    data: { sentences },
    call: "1",
    read: (reply) => new Map(reply.sentences.map(({ index, supported }) => [index, supported])),
  });
}
