import * as z from "zod";
import type { SupportReply } from "../../../../lib/answers/roles/replies.ts";
import { contentWords } from "./words.ts";

export const checkerData = z.object({
  sentences: z.array(z.object({ index: z.number(), sentence: z.string(), quotes: z.array(z.string()) })),
});

/** A sentence is carried where its quotes have its figures and most of its words. */
export function checkSupport({ sentences }: z.infer<typeof checkerData>): SupportReply {
  return {
    sentences: sentences.map(({ index, sentence, quotes }) => ({ index, supported: isCarried(sentence, quotes) })),
  };
}

function isCarried(sentence: string, quotes: readonly string[]): boolean {
  const known = new Set(quotes.flatMap(contentWords));
  const words = contentWords(sentence);
  const figures = words.filter((word) => /\d/.test(word));
  const shared = words.filter((word) => known.has(word)).length;
  return figures.every((figure) => known.has(figure)) && shared >= 0.6 * words.length;
}
