import { neutralise } from "../../runtime/text.ts";

const emptyItem = /^[ \t>]*(?:[-*+•]|\d{1,3}[.)])[ \t]*$/;
const emptyRow = /^[ \t]*\|(?:[ \t]*\|)+[ \t]*$/;
const row = /^[ \t]*\|/;
const delimiter = /^[ \t]*\|(?:[ \t]*:?-{2,}:?[ \t]*\|)+[ \t]*$/;
const heading = /^ {0,3}(#{1,6})\s/;

/**
 * An answer's text made harmless: no invisible characters, no images and no links, which a reader's program would follow and
 * only a document could have asked for, and no HTML. Their words stay.
 */
export function harmless(markdown: string): string {
  return neutralise(markdown)
    .replace(/<!--[\s\S]*?(?:-->|$)/g, "")
    .replace(/!\[([^\]\n]*)\](?:\([^)\n]*\)|\[[^\]\n]*\])/g, "$1")
    .replace(/\[([^\]\n]*)\]\([^)\n]*\)/g, (link, words: string) =>
      /^ref_\d+$/.test(words) ? `[${words}]` : words || link,
    )
    .replace(/^[ \t]*\[[^\]\n]+\]:[ \t]*\S.*$/gm, "")
    .replace(/<(?:https?|mailto|ftp):[^>\s]*>/gi, "")
    .replace(/<(?=[a-z/!?])/gi, "&lt;");
}

/** The text without what other cuts left behind: empty items and rows, headings of nothing, rows of blank lines. */
export function withoutRemains(markdown: string): string {
  const lines = markdown.split("\n").filter((line) => !emptyItem.test(line) && !emptyRow.test(line));
  return withoutEmptySections(withoutEmptyTables(lines))
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** A head without rows, and the line below a head that is gone. */
function withoutEmptyTables(lines: readonly string[]): string[] {
  const isRow = (line = "") => row.test(line);
  const isEmpty = (at: number) => delimiter.test(lines[at] ?? "") && !(isRow(lines[at - 1]) && isRow(lines[at + 1]));
  return lines.filter((_, at) => !isEmpty(at) && !(isRow(lines[at]) && isEmpty(at + 1)));
}

/** From the end, so that a heading whose only section goes does so too. */
function withoutEmptySections(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let below = 0;
  for (const line of lines.toReversed()) {
    const level = heading.exec(line)?.[1]?.length;
    const isEmpty = level !== undefined && (below === 0 || below <= level);
    if (isEmpty) continue;
    if (level !== undefined) below = level;
    else if (line.trim() !== "") below = 7;
    kept.push(line);
  }
  return kept.reverse();
}
