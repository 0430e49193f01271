import type { PhaseResult } from "../../runs/phases/phase.ts";
import { AppError, isAppError } from "../../runtime/errors.ts";
import { keptOf } from "../artifacts/kept.ts";
import { artifacts, work } from "../artifacts/names.ts";
import { type Parts, readParts } from "../artifacts/parts.ts";
import { recordProgress } from "../artifacts/progress.ts";
import type { Draft } from "../artifacts/record.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { askWriter } from "./ask-writer.ts";
import type { DraftInput } from "./draft-input.ts";
import { quotesAlone } from "./no-evidence.ts";

/**
 * WriteAnswer: one draft of what was found; a second one knows what the first lacked. Where the budget is spent the quotes
 * stand for the answer. Throws `WriterFailed`, or `FallbackWriterFailed` after the last decision, where there is no draft.
 */
export async function writeAnswer(context: PhaseContext<DraftInput, AnswerServices>): Promise<PhaseResult> {
  const { run, services, input } = context;
  const kept = keptOf(await services.artifacts(), run.id);
  const parts = await readParts(kept);
  const draft = await draftOf(context, parts);
  if (draft.text !== null) await kept.write(artifacts.draft(input.draft), draft.text);
  await kept.write(work.draft(input.draft), draft);
  await recordProgress(context, kept);
  return { summary: { draft: input.draft, characters: draft.text?.length ?? 0, unpaid: draft.unpaid } };
}

async function draftOf(context: PhaseContext<DraftInput, AnswerServices>, parts: Parts): Promise<Draft> {
  const number = context.input.draft;
  const made = { number, unpaid: false, error: null, cut: [], problems: null };
  try {
    return { ...made, ...(await askWriter(context, parts)) };
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.name === "BudgetSpent") {
      return { ...made, unpaid: true, text: quotesAlone(parts.markdown?.excerpts ?? []) };
    }
    if (error.name !== "OpenAiUnavailable") throw error;
    // An earlier draft is an answer, if not a good one.
    if (parts.drafts.some(({ text }) => text !== null)) return { ...made, text: null, error: error.message };
    const isFallback = parts.decisions.some(({ limit_reached }) => limit_reached);
    const name = isFallback ? "FallbackWriterFailed" : "WriterFailed";
    throw new AppError(name, "RUN_FAILED", `The answer could not be written: ${error.message}`, { cause: error });
  }
}
