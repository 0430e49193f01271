/** What Reddit itself accepts, in UTF-16 units; longer texts come from broken or hostile sources. */
const longest = { title: 300, selftext: 40_000, body: 10_000, author: 40, url: 2_000 } as const;

type RedditTextKind = keyof typeof longest;

/** Reddit's base-36 ids, and the row numbers of archives; what else is found in an id would end up in keys and URLs. */
export const redditId = /^[A-Za-z0-9_]{1,20}$/;

/**
 * A text that every store, log and JSON parser takes: without NUL and broken surrogates, cut to Reddit's own limit
 * (spec reliability 7, row 83). All other characters are kept: what a prompt or a page must not see is their business.
 */
export function cleanText(text: string, kind: RedditTextKind): string {
  // A cut between the halves of a surrogate pair leaves a lone half, which must go as well.
  const cut = text.length > longest[kind] ? text.slice(0, longest[kind]).replace(/[\uD800-\uDBFF]$/, "") : text;
  return cut.replaceAll("\0", "").toWellFormed();
}

/** Undoes the escaping of `&`, `<` and `>` that Reddit applies to texts unless asked for raw JSON. */
export function unescapeReddit(text: string): string {
  return text.includes("&") ? text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&") : text;
}

/** An author's name; `[deleted]` where there is none. */
export function authorName(author: string | null | undefined): string {
  return cleanText(author?.trim() ?? "", "author") || "[deleted]";
}
