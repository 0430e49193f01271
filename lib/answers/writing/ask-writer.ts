import { gapsOf } from "../artifacts/compose.ts";
import type { Parts } from "../artifacts/parts.ts";
import { askRole } from "../roles/ask.ts";
import { askWithLess } from "../roles/shown-evidence.ts";
import { writer } from "../roles/writer.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import type { DraftInput } from "./draft-input.ts";

/** The writer's markdown, and what it was not shown. The draft before it, and what that lacked, go with a further one. */
export async function askWriter(
  context: PhaseContext<DraftInput, AnswerServices>,
  parts: Parts,
): Promise<{ text: string; cut: string[] }> {
  const { run, input, configuration } = context;
  const previous = parts.drafts.findLast(({ number, text }) => number < input.draft && text !== null);
  const { value, cut } = await askWithLess(parts, configuration, (evidence) =>
    askRole(context, writer, {
      task: "Answer the question from the evidence.",
      data: {
        question: run.question,
        evidence,
        gaps: gapsOf(parts).map(({ message }) => message),
        ...(previous && { previous_answer: previous.text, missing: previous.problems ?? [] }),
      },
      call: String(input.draft),
      read: ({ answer }) => answer,
    }),
  );
  return { text: value, cut };
}
