import type { Sources } from "../research/outcome.ts";

/** What the writer calls a list of sources of its own, as a whole line or before a colon. */
const title =
  "(?:list of )?(?:(?:cited |used |key |main |all )?(?:sources?|references|documents)(?: (?:considered|consulted|used|cited|examined|reviewed))?|bibliography|works cited|citations|footnotes|(?:sources?|documents) (?:in which nothing was found|without (?:evidence|results)|that could not be examined))";
const titleLine = new RegExp(
  `^[ \\t>]*(#{1,6}[ \\t]+|\\*\\*|__)?[ \\t]*${title}[ \\t]*:?[ \\t]*(?:\\*\\*|__)?:?[ \\t]*$`,
  "i",
);
const titleBeforeList = new RegExp(`^[ \\t>]*(?:\\*\\*|__)?${title}(?::(?:\\*\\*|__)?|(?:\\*\\*|__):)[ \\t]*\\S`, "i");
const heading = /^ {0,3}#{1,6}\s/;
const rule = /^ {0,3}(?:-[ \t]*){3,}$|^ {0,3}(?:\*[ \t]*){3,}$|^ {0,3}(?:_[ \t]*){3,}$/;

/**
 * The text without lists of sources that the writer, or a document it believed, made: under a heading up to the next one,
 * else the line and the list below it; and the rule above. The project's own stands below the answer instead.
 */
export function withoutFooters(markdown: string): string {
  const kept: string[] = [];
  let leftOut: LeftOut = "nothing";
  for (const paragraph of paragraphsOf(markdown)) {
    const isTitle = isFooterTitle(/^.*/.exec(paragraph)?.[0] ?? "");
    leftOut = leftOutFrom(leftOut, paragraph, isTitle);
    if (leftOut === "nothing") kept.push(paragraph);
    else if (isTitle) dropRules(kept);
  }
  dropRules(kept);
  return kept.join("\n\n").trim();
}

type LeftOut = "nothing" | "list" | "section";

function leftOutFrom(before: LeftOut, paragraph: string, isTitle: boolean): LeftOut {
  if (isTitle) return heading.test(paragraph) ? "section" : "list";
  if (heading.test(paragraph)) return "nothing";
  return before === "list" && !isList(paragraph) ? "nothing" : before;
}

/** Headings and titles begin one, blank line or not. */
function paragraphsOf(markdown: string): string[] {
  const lines = markdown.split("\n");
  const apart = lines.map((line) => (heading.test(line) || isFooterTitle(line) ? `\n${line}` : line));
  return apart
    .join("\n")
    .split(/\n(?:[ \t]*\n)+/)
    .map((paragraph) => paragraph.replace(/^\n+|\s+$/g, ""));
}

function isList(paragraph: string): boolean {
  return paragraph.split("\n").every((line) => /^\s*(?:[-*+•|[(]|\d{1,3}[.)])/.test(line));
}

function dropRules(paragraphs: string[]): void {
  while (rule.test(paragraphs.at(-1) ?? "") || paragraphs.at(-1)?.trim() === "") paragraphs.pop();
}

function isFooterTitle(line: string): boolean {
  return titleLine.test(line) || titleBeforeList.test(line);
}

/** The sources of a run, in lines of its own making; empty where it had none. No figures: it cites nothing. */
export function footerOf({ considered, silent, unread }: Sources): string {
  const lists: [string, string[]][] = [
    ["Sources considered", considered],
    ["Sources in which nothing was found", silent],
    ["Sources that could not be examined in full", unread],
  ];
  const lines = lists.filter(([, names]) => names.length > 0).map(([name, names]) => `**${name}:** ${shown(names)}`);
  return lines.length === 0 ? "" : ["---", ...lines].join("\n\n");
}

/** Names of files are words of strangers: they neither cite nor link. */
function shown(names: readonly string[]): string {
  return names.map((name) => name.replace(/\s+/g, " ").replace(/[[\]<>`*\\]/g, "\\$&")).join(", ");
}
