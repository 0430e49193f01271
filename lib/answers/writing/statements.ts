import { citationsOf, withoutCitations } from "./citations.ts";

/** A sentence of an answer, with the citations that follow it; also a row of a table, a heading, a line of code. */
export interface Statement {
  /** Among all of the answer, from 0. */
  index: number;
  /** Where it stands in the answer. */
  start: number;
  end: number;
  /** Its words, without citations. */
  text: string;
  refs: string[];
  /** Those of the next statement of its paragraph that cites: a quotation may have several sentences. */
  laterRefs: string[];
  /** Names what follows, and cites nothing: a heading, a line in bold, the head of a table. */
  isHeading: boolean;
}

interface Block {
  start: number;
  end: number;
  kind: "text" | "row" | "heading";
}

/** An answer in statements, in its order. What is markup alone is none. */
export function statementsOf(answer: string): Statement[] {
  return blocksOf(answer)
    .flatMap((block) => spansOf(answer, block).map((span) => ({ ...span, block })))
    .map((span) => ({ ...span, raw: answer.slice(span.start, span.end) }))
    .filter(({ raw }) => /[\p{L}\p{N}]/u.test(raw))
    .map(({ raw, ...span }, index) => ({ index, ...span, text: withoutCitations(raw).trim(), refs: citationsOf(raw) }))
    .map(({ block, ...statement }, index, all) => {
      const cited = all.slice(index).find(({ refs, block: its }) => its !== block || refs.length > 0);
      return { ...statement, laterRefs: cited?.block === block ? cited.refs : [] };
    });
}

function spansOf(answer: string, { start, end, kind }: Block): Pick<Statement, "start" | "end" | "isHeading">[] {
  const text = answer.slice(start, end);
  const isHeading = kind === "heading" || /^\s*(\*\*|__)[^*_]*[^*_.!?]\1:?\s*$/.test(text);
  const spans = kind === "text" && !isHeading ? sentencesOf(text) : [[0, text.length] as const];
  return spans.map(([from, to]) => ({ start: start + from, end: start + to, isHeading }));
}

const heading = /^ {0,3}#{1,6}\s/;
const row = /^\s*\|/;
const rowsLine = /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$/;
const fence = /^\s*(?:```|~~~)/;
const item = /^\s*(?:>\s*)*(?:[-*+•]|\d{1,3}[.)])\s+/;

function blocksOf(answer: string): Block[] {
  const blocks: Block[] = [];
  const lines = linesOf(answer);
  let goesOn = false;
  for (const [index, line] of lines.entries()) {
    const kind = kindOf(line, lines[index + 1]?.text ?? "");
    const last = blocks.at(-1);
    if (kind === "more" && goesOn && last) last.end = line.end;
    else if (kind !== "nothing") blocks.push(blockOf(kind, line));
    goesOn = kind === "more" || kind === "item";
  }
  return blocks;
}

type LineKind = "nothing" | "row" | "heading" | "item" | "more";

function blockOf(kind: Exclude<LineKind, "nothing">, { start, end, text }: Line): Block {
  if (kind === "row" || kind === "heading") return { start, end, kind };
  return { start: start + (item.exec(text)?.[0].length ?? 0), end, kind: "text" };
}

function kindOf({ text: line, isCode }: Line, next: string): LineKind {
  if (line.trim() === "" || fence.test(line) || rowsLine.test(line)) return "nothing";
  if (isCode) return "row";
  if (heading.test(line)) return "heading";
  if (row.test(line)) return rowsLine.test(next) ? "heading" : "row";
  return item.test(line) ? "item" : "more";
}

interface Line {
  start: number;
  end: number;
  text: string;
  isCode: boolean;
}

function linesOf(text: string): Line[] {
  let start = 0;
  let isCode = false;
  return text.split("\n").map((line) => {
    const at = start;
    start += line.length + 1;
    if (fence.test(line)) isCode = !isCode;
    return { start: at, end: at + line.length, text: line, isCode };
  });
}

/** The end of a sentence, with quotation marks, markup and citations that follow it, before white space. */
const sentenceEnd = /[.!?…]+["'”’»)*_\]]*(?:\s*\[ref_\d+\])*(?=\s|$)|[。！？]+[”’」』）]*(?:\s*\[ref_\d+\])*/g;
/** Ends in a point, and ends no sentence. */
const abbreviation =
  /(?:^|[\s(])(?:e\.g|i\.e|approx|ca|cf|vs|no|nos|fig|figs|st|dr|mr|mrs|ms|prof|vol|pp?|art|sec|ch|incl|est|inc|ltd|\p{Lu})$/iu;

function sentencesOf(text: string): (readonly [number, number])[] {
  const spans: [number, number][] = [];
  let start = 0;
  for (const { 0: found, index } of text.matchAll(sentenceEnd)) {
    const end = index + found.length;
    if (goesOn(text.slice(start, index), found, text.slice(end))) continue;
    spans.push([start, end]);
    start = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0);
  }
  if (start < text.length) spans.push([start, text.length]);
  return spans;
}

/** A point within a quotation or after an abbreviation ends nothing, nor does one before a small letter. */
function goesOn(before: string, found: string, after: string): boolean {
  const said = before + found;
  const isQuotation = said.split("“").length > said.split("”").length || said.split('"').length % 2 === 0;
  return isQuotation || /^\s+\p{Ll}/u.test(after) || (found === "." && abbreviation.test(before));
}
