import { isTooLong } from "../../providers/openai/failure.ts";
import { halvesOf } from "../documents/halves.ts";
import type { Chunk } from "../documents/record.ts";
import { askRole } from "../roles/ask.ts";
import { researcher } from "../roles/researcher.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { type CheckedReply, checkReply } from "./check-reply.ts";

interface Asked {
  question: string;
  /** Of one source. */
  chunks: readonly Chunk[];
  /** The name of the call. */
  call: string;
}

/**
 * What the researcher proves to stand in these chunks; what is too long for the model is asked about once more, in two halves.
 * Throws as `askRole` does; a reply that breaks the rules is asked for again.
 */
export async function askResearcherAbout(
  context: PhaseContext<unknown, AnswerServices>,
  asked: Asked,
): Promise<CheckedReply> {
  try {
    return await ask(context, asked);
  } catch (error) {
    if (!isTooLong(error)) throw error;
    const findings: CheckedReply["findings"] = [];
    let dropped = 0;
    for (const [index, chunks] of halvesOf(asked.chunks).entries()) {
      const found = await ask(context, { ...asked, chunks, call: `${asked.call}-half${index + 1}` });
      findings.push(...found.findings);
      dropped += found.dropped;
    }
    return { findings, dropped };
  }
}

function ask(context: PhaseContext<unknown, AnswerServices>, { question, chunks, call }: Asked): Promise<CheckedReply> {
  const shown = chunks.map(({ chunk_id, content }) => ({ chunk_id, content }));
  return askRole(context, researcher, {
    task: "Find what bears on the question in the chunks of one source.",
    data: { question, source: chunks[0]?.source_name ?? "", chunks: shown },
    call,
    read: (reply) => checkReply(reply, chunks),
  });
}
