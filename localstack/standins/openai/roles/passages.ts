/** A sentence of a document, as it stands there, and the headings above it. */
export interface Passage {
  text: string;
  headings: string;
}

const [shortest, longest] = [40, 700];

/** The sentences of prose in a text; tables, images, code and lists of links are none. */
export function passagesOf(content: string): Passage[] {
  const headings: string[] = [];
  return content.split(/\n\s*\n|\n(?=#{1,6} )/).flatMap((paragraph) => {
    const [, marks, title = "", rest = paragraph] = /^\s*(#{1,6}) +([^\n]*)\n?(.*)$/s.exec(paragraph) ?? [];
    if (marks !== undefined) headings.splice(marks.length - 1, headings.length, ...padding(headings, marks), title);
    const above = headings.join(" ");
    return sentencesOf(rest).map((text) => ({ text, headings: above }));
  });
}

/** Levels that a document leaves out have no title. */
function padding(headings: readonly string[], marks: string): string[] {
  return Array.from({ length: Math.max(0, marks.length - 1 - headings.length) }, () => "");
}

function sentencesOf(paragraph: string): string[] {
  if (/^\s*(?:\||!\[|```|<)/.test(paragraph)) return [];
  return paragraph
    .split(/(?<=[.!?])\s+(?=["“(]?\p{Lu})|\n(?=\s*(?:[-*+•]|\d+[.)])\s)/u)
    .map((sentence) => sentence.replace(/^\s*(?:[-*+•>]|\d+[.)])\s+|\s*#+\s*$/g, "").trim())
    .filter((sentence) => sentence.length >= shortest && sentence.length <= longest && isProse(sentence));
}

function isProse(sentence: string): boolean {
  const letters = sentence.match(/\p{L}/gu)?.length ?? 0;
  return letters / sentence.length > 0.6 && !/\]\(|https?:|\[\s*\^?ref|\|/i.test(sentence);
}
