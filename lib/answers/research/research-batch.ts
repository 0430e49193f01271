import * as z from "zod";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { isAppError } from "../../runtime/errors.ts";
import { type Kept, keptOf } from "../artifacts/kept.ts";
import { work } from "../artifacts/names.ts";
import { documentsSchema } from "../artifacts/record.ts";
import { questionOf } from "../deciding/question.ts";
import { chunkSchema } from "../documents/record.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { askResearcherAbout } from "./ask-researcher.ts";
import { batchCodeOf } from "./codes.ts";
import { type FoundInBatch, foundSchema } from "./record.ts";

/** What ResearchBatch is handed: batches from one number to another, in one round. */
export const researchInput = z.object({
  round: z.number().int().min(1),
  range: z.object({ from: z.number().int(), to: z.number().int() }),
});
type ResearchInput = z.infer<typeof researchInput>;

/**
 * ResearchBatch: has the researcher read some batches, and keeps what it proved. A batch that fails is data. Throws
 * `OpenAiRefused`, because then no other batch can succeed either, and what may be over soon: a throttled model and a store
 * that does not answer.
 */
export async function researchBatch(context: PhaseContext<ResearchInput, AnswerServices>): Promise<PhaseResult> {
  const { run, services, input } = context;
  const kept = keptOf(await services.artifacts(), run.id);
  const question = await questionOf(kept, run, input.round);
  const counts = { excerpts: 0, dropped: 0, failed: 0 };
  for (let number = input.range.from; number <= input.range.to; number++) {
    const name = work.found(input.round, number);
    // From an earlier try of this state: what is paid is not asked again.
    const found = (await kept.find(name, foundSchema)) ?? (await research(context, kept, { number, question }));
    await kept.write(name, found);
    if (found.ok) counts.excerpts += found.findings.length;
    else counts.failed += 1;
    counts.dropped += found.ok ? found.dropped : 0;
  }
  return { summary: counts };
}

async function research(
  context: PhaseContext<ResearchInput, AnswerServices>,
  kept: Kept,
  { number, question }: { number: number; question: string },
): Promise<FoundInBatch> {
  const { batches } = await kept.read(work.documents, documentsSchema);
  const batch = batches[number];
  if (!batch) throw new Error(`there is no batch ${number}`);
  const about = { source_name: batch.source_name, number: batch.number };
  const chunks = await kept.read(work.batch(number), chunkSchema.array());
  try {
    return {
      ...about,
      ok: true,
      ...(await askResearcherAbout(context, { question, chunks, call: `${context.input.round}-${number}` })),
    };
  } catch (error) {
    if (isAppError(error) && ends.has(error.name)) throw error;
    context.log.warn("a batch failed", { batch: number, source: batch.source_name, error });
    return { ...about, ok: false, code: batchCodeOf(error) };
  }
}

/** What is not of one batch alone. */
const ends = new Set([
  "OpenAiRefused",
  "OpenAiThrottled",
  "RunNotActive",
  "StoreUnavailable",
  "ArtifactsUnavailable",
  "NotReady",
  "BadConfiguration",
]);
