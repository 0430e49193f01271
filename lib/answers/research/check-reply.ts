import type { Chunk } from "../documents/record.ts";
import type { ResearcherReply } from "../roles/replies.ts";
import { badReply } from "./codes.ts";
import { knownFigures, unsupportedFigures } from "./figures.ts";
import type { Finding } from "./record.ts";
import { findVerbatim, type Searchable, searchable } from "./verbatim.ts";

export interface CheckedReply {
  findings: Finding[];
  /** Excerpts that were left out, each for a reason of its own. */
  dropped: number;
}

/** Letters and digits that a quote has at least: fewer say nothing. */
const leastLetters = 12;
/** Longer is no quote but a copy. */
const longestQuote = 10_000;

/** What looks like a citation of ours: in a quote it could not be told from one. */
const citationLike = /\[\s*\^?ref[\s_-]*\d/i;

/**
 * What of a researcher's reply is evidence (spec answer-runs 5.3). Throws `BadReply`, with the code of the batch in its details,
 * for a reply to ask for again: one that names other chunks than it was given, or one of them in no list or in both, that
 * names none of its input, or that accepts chunks and proves nothing by them.
 *
 * An excerpt stays where its chunks are accepted ones and its quote stands verbatim in one of them, white space and NFC
 * normalised and nothing else. Its quote is then the document's own words, cut out of the chunk. What it says of them has no
 * figures but theirs, or is replaced by the quote.
 */
export function checkReply(reply: ResearcherReply, chunks: readonly Chunk[]): CheckedReply {
  checkPartition(reply, chunks);
  const accepted = new Set(reply.accepted_chunk_ids);
  const texts = new Map(
    chunks.filter(({ chunk_id }) => accepted.has(chunk_id)).map((chunk) => [chunk.chunk_id, prepared(chunk)]),
  );
  const findings = reply.excerpts.flatMap((excerpt) => findingOf(excerpt, texts) ?? []);
  if (accepted.size > 0 && findings.length === 0) {
    throw badReply("MARKDOWN_EMPTY_EXCERPTS", "The reply accepts chunks and quotes nothing that stands in them.");
  }
  return { findings, dropped: reply.excerpts.length - findings.length };
}

function checkPartition(reply: ResearcherReply, chunks: readonly Chunk[]): void {
  const [accepted, rejected] = [new Set(reply.accepted_chunk_ids), new Set(reply.rejected_chunk_ids)];
  const given = new Set(chunks.map(({ chunk_id }) => chunk_id));
  const named = [...accepted, ...rejected];
  if (named.length === 0 && given.size > 0) throw badReply("MARKDOWN_MISSING_INPUT", "The reply names no chunk.");
  const refuse = (problem: string) => badReply("MARKDOWN_OUTPUT_INVALID", `The reply ${problem}.`);
  if (!named.every((id) => given.has(id))) throw refuse("names a chunk that it was not given");
  if (![...given].every((id) => accepted.has(id) || rejected.has(id))) throw refuse("leaves out a chunk");
  if ([...accepted].some((id) => rejected.has(id))) throw refuse("accepts and rejects the same chunk");
}

type Prepared = Chunk & { searched: () => Searchable };

/** Made searchable at the first quote, which most chunks never meet. */
function prepared(chunk: Chunk): Prepared {
  let made: Searchable | undefined;
  const searched = () => {
    made ??= searchable(chunk.content);
    return made;
  };
  return { ...chunk, searched };
}

function findingOf(
  { quote, partial_answer, source_chunk_ids }: ResearcherReply["excerpts"][number],
  texts: ReadonlyMap<string, Prepared>,
): Finding | undefined {
  const ids = [...new Set(source_chunk_ids)];
  const named = ids.flatMap((id) => texts.get(id) ?? []).sort((a, b) => a.chunk_index - b.chunk_index);
  if (named.length < ids.length) return undefined;
  for (const { source_name, path, chunk_index, content, searched } of named) {
    const span = findVerbatim(searched(), quote);
    if (span === undefined || !saysSomething(content, span)) continue;
    const words = content.slice(...span);
    return {
      source_name,
      path,
      chunk_index,
      quote: words,
      partial_answer: said(partial_answer, words),
      source_chunk_ids: ids,
    };
  }
  return undefined;
}

/** Whether words stand there that are more than a heading or markup, and not ones that look like ours. */
function saysSomething(content: string, [start, end]: [number, number]): boolean {
  const quote = content.slice(start, end);
  if (quote.length > longestQuote || citationLike.test(quote)) return false;
  const lines = content.split("\n");
  let [letters, at] = [0, 0];
  for (const [index, line] of lines.entries()) {
    const quoted = content.slice(Math.max(at, start), Math.min(at + line.length, end));
    if (!isHeading(line, lines[index + 1])) letters += lettersIn(quoted);
    at += line.length + 1;
  }
  return letters >= leastLetters;
}

function isHeading(line: string, next = ""): boolean {
  const isUnderlined = /\S/.test(line) && line.length < 120 && /^ {0,3}(?:=+|-{3,})\s*$/.test(next);
  return isUnderlined || /^ {0,3}#{1,6}(?:\s|$)/.test(line);
}

/** Those of the text, not of addresses, images, tags and entities. */
function lettersIn(markdown: string): number {
  const text = markdown
    .replace(/!\[[^\]]*\](?:\([^)]*\)?)?/g, "")
    .replace(/\]\([^)]*\)?/g, "]")
    .replace(/<[^>]*>|&#?\w+;|https?:\S+/g, "");
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

/** A statement about a quote must be carried by the quote alone. */
function said(statement: string, quote: string): string {
  const isCarried = /\p{L}/u.test(statement) && !citationLike.test(statement);
  return isCarried && unsupportedFigures(statement, [knownFigures(quote)]).length === 0 ? statement.trim() : quote;
}
