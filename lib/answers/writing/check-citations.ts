import type { PhaseResult } from "../../runs/phases/phase.ts";
import { keptOf } from "../artifacts/kept.ts";
import { work } from "../artifacts/names.ts";
import { readParts } from "../artifacts/parts.ts";
import { recordProgress } from "../artifacts/progress.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { adviceOn, problemsOf } from "./coverage.ts";
import type { DraftInput } from "./draft-input.ts";
import { evidenceOf } from "./evidence.ts";
import { cleanDraft } from "./settle.ts";

/** CheckCitations: what a draft lacks, and whether there is to be another one. */
export async function checkCitations(context: PhaseContext<DraftInput, AnswerServices>): Promise<PhaseResult> {
  const { run, services, configuration, input } = context;
  const kept = keptOf(await services.artifacts(), run.id);
  const parts = await readParts(kept);
  const draft = parts.drafts[input.draft - 1];
  if (!draft) throw new Error(`there is no draft ${input.draft}`);
  const evidence = evidenceOf(parts.markdown?.excerpts ?? [], parts.sql?.evidence ?? null);
  const problems = draft.text === null ? [] : problemsOf(cleanDraft(draft.text), evidence);
  await kept.write(work.draft(input.draft), { ...draft, problems: adviceOn(problems) });
  await recordProgress(context, kept);
  const again = problems.length > 0 && !draft.unpaid && input.draft < configuration.answer_writer_attempts;
  return { summary: { draft: input.draft + 1, again, problems: problems.map(({ kind }) => kind) } };
}
