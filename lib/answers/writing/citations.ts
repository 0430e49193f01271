/** The one form of a citation. */
const citation = /\[(ref_[1-9]\d{0,5})\]/g;

const opening = String.raw`[[【(（]\s*\^?\s*`;
const reference = String.raw`refs?[\s_-]?0*[1-9]\d{0,5}`;
const separator = String.raw`\s*(?:,|;|&|and|\s)\s*`;
/** What can only mean one or several citations: `[ref_1, ref_2]`, `[Ref 1; 2]`, `(ref_1)`, `[^ref_1]`, `【ref_1】`. */
const variant = new RegExp(
  `${opening}${reference}(?:${separator}(?:${reference}|[1-9]\\d{0,5}))*\\s*[\\]】)）]`,
  "giu",
);

/** Within one pair of brackets; the last is no character of a text, see `kept`. */
const within = String.raw`[^[\]\n\uE001]*`;
/** Other forms, of which nobody can say what they cite. */
const otherForms = [
  // [ref_1-3], [ref_n], [see ref 1]
  String.raw`\[${within}(?:\bref_\w*|\brefs?[\s_-]*\d)${within}\]`,
  // [7], [^7], [1, 2], [refs], [source: Munich]; before a parenthesis they are a link
  String.raw`\[\s*\^?\s*(?:\d+(?:\s*[,;–-]\s*\d+)*|(?:refs?|source|citation|cite)\b${within})\](?!\()`,
  // 【4†source】
  String.raw`【[^】\n\uE001]*】`,
  // ref_1
  String.raw`(?<![\w[])ref_\w+\b(?!\])`,
];
const malformed = new RegExp(otherForms.join("|"), "giu");

/** Writes citations that can be read in one way only in the one form. */
export function tidyCitations(text: string): string {
  const single = text.replace(variant, (found) =>
    (found.match(/\d+/g) ?? []).map((digits) => `[ref_${Number(digits)}]`).join(""),
  );
  return single
    .replace(/`+((?:\[ref_\d+\][\s,;]*)+)`+/g, "$1")
    .replace(/\[\s*(\[ref_\d+\](?:[ \t,;]*\[ref_\d+\])*)\s*\]/g, "$1")
    .replace(/(\[ref_\d+\])\([^)\s]*\)/g, "$1");
}

/** What a text cites, each once, in the order of the first time. */
export function citationsOf(text: string): string[] {
  return [...new Set([...text.matchAll(citation)].map(([, ref = ""]) => ref))];
}

/** What looks like a citation and is none, as it is written. */
export function malformedCitations(text: string): string[] {
  return [...new Set(text.replace(citation, "").match(malformed) ?? [])];
}

/** The text without its citations of what is not known, and without malformed ones, as if they had not been written. */
export function withoutUnknown(text: string, known: ReadonlySet<string>): string {
  return removeCitations(text, (ref) => !known.has(ref));
}

/** The words of a text alone. */
export function withoutCitations(text: string): string {
  return removeCitations(text, () => true);
}

/** Stands for a citation that goes; a private character that no text needs. */
const gone = "\uE000";
/** Stand for those that stay, while malformed ones are looked for. */
const [kept, keptEnd] = ["\uE001", "\uE002"];

function removeCitations(text: string, isRemoved: (ref: string) => boolean): string {
  const marked = text
    .replace(/[\uE000-\uE002]/g, "")
    .replace(citation, (_, ref: string) => (isRemoved(ref) ? gone : `${kept}${ref.slice(4)}${keptEnd}`));
  return closeGaps(withoutMalformed(marked)).replace(/\uE001(\d+)\uE002/g, "[ref_$1]");
}

/** One within another's brackets makes that one malformed when it goes. */
function withoutMalformed(text: string): string {
  const after = text.replace(malformed, gone);
  return after === text ? after : withoutMalformed(after);
}

function closeGaps(text: string): string {
  return (
    text
      .replace(/\uE000(?:[ \t]*(?:[,;]|and\b|&)?[ \t]*\uE000)+/g, gone)
      // Of several, some stay.
      .replace(/(\uE002)[ \t]*(?:[,;]|and\b|&)?[ \t]*\uE000/g, "$1")
      .replace(/\uE000[ \t]*(?:[,;]|and\b|&)?[ \t]*(?=\uE001)/g, "")
      .replace(/[ \t]*[([][ \t]*(?:see|cf\.?|source:?)?[ \t]*\uE000[ \t]*[)\]]/gi, "")
      .replace(/^([ \t>]*(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+)?)\uE000[ \t]*/gm, "$1")
      .replace(/[ \t]*\uE000/g, "")
  );
}
