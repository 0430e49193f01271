import * as z from "zod";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { type Kept, keptOf } from "../artifacts/kept.ts";
import { artifacts, work } from "../artifacts/names.ts";
import { documentsSchema } from "../artifacts/record.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { researchOutcome } from "./outcome.ts";
import { type FoundInBatch, foundSchema } from "./record.ts";
import { referencesOf } from "./references.ts";

/** What the states of a round are handed. */
export const roundInput = z.object({ round: z.number().int().min(1) });

/** MergeExcerpts: numbers what all batches of all rounds have found, and stores it with its references. */
export async function mergeExcerpts(
  context: PhaseContext<z.infer<typeof roundInput>, AnswerServices>,
): Promise<PhaseResult> {
  const { run, services, input } = context;
  const kept = keptOf(await services.artifacts(), run.id);
  const evidence = researchOutcome(await readFound(kept, input.round));
  await kept.write(artifacts.markdown_excerpts, evidence);
  await kept.write(artifacts.markdown_references, referencesOf(run.id, evidence.excerpts));
  return { summary: { excerpts: evidence.excerpt_count, error: evidence.error?.code ?? null } };
}

/** By batch and round; one that left nothing has failed. */
export async function readFound(kept: Kept, rounds: number): Promise<FoundInBatch[]> {
  const { batches } = await kept.read(work.documents, documentsSchema);
  const found: FoundInBatch[] = [];
  for (const { index, source_name, number } of batches) {
    for (let round = 1; round <= rounds; round++) {
      const result = await kept.find(work.found(round, index), foundSchema);
      if (result) found.push(result);
      // A round that did not read documents has none at all; the first always does.
      else if (round === 1) found.push({ source_name, number, ok: false, code: "MARKDOWN_BATCH_ERROR" });
    }
  }
  return found;
}
