import type { Sources } from "../research/outcome.ts";
import type { Excerpt } from "../research/record.ts";
import { harmless } from "./tidy.ts";

/** What is written where neither a quote nor a row was found; without figures, since it cites nothing. */
export function noEvidence({ considered, unread }: Sources): string {
  const found = "No grounded evidence was found for this question.";
  if (considered.length === 0) return `${found} There was no document to read.`;
  if (unread.length === 0) return `${found} None of the documents that were read says anything about it.`;
  const isAll = considered.every((name) => unread.includes(name));
  return isAll
    ? `${found} The documents could not be examined, so they may say something about it.`
    : `${found} Some of the documents could not be examined, so they may say something about it.`;
}

/** Stands for an answer of which no sentence could be held against its evidence: the quotes themselves. */
export function quotesAlone(excerpts: readonly Excerpt[]): string {
  if (excerpts.length === 0)
    return "Records were found, but nothing that was written about them could be held against them.";
  const bySource = Map.groupBy(excerpts, ({ source_name }) => source_name);
  const lists = [...bySource.values()].map((some) =>
    some.map(({ quote, ref_id }) => `- “${oneLine(harmless(quote))}” [${ref_id}]`).join("\n"),
  );
  return ["What the documents say:", ...lists].join("\n\n");
}

function oneLine(quote: string): string {
  return quote.replace(/\s+/g, " ").trim();
}
