export type TokenKind = "word" | "cashtag" | "contract" | "number" | "emoji" | "link" | "user" | "mark";

export interface Token {
  kind: TokenKind;
  /** As written. */
  raw: string;
  /** Comparable: lower case, straight quotes, letter runs cut to two, emoji without skin tone; a name for links and users. */
  text: string;
  start: number;
  end: number;
}

const patterns: [TokenKind, string][] = [
  ["link", String.raw`https?:\/\/[^\s)]+|www\.[^\s)]+|pic\.twitter\.com\S*|!\[[^\]]*\]\([^)]*\)`],
  ["user", String.raw`@\w+|\/?\bu\/[\w-]+`],
  ["cashtag", String.raw`\$[A-Za-z]{1,6}(?:[._][A-Za-z])?(?![A-Za-z])`],
  ["contract", String.raw`\$?\d+(?:\.\d+)?\s?[cCpP](?![A-Za-z0-9])`],
  ["number", String.raw`[+\-−]?\$?\d[\d,]*(?:\.\d+)?(?:\s?%|[xXkKmMbB]\b)?`],
  ["word", String.raw`\p{L}[\p{L}\p{M}]*(?:['’&]\p{L}+|\.[A-Z](?!\p{L}))*`],
  [
    "emoji",
    String.raw`(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2})[\u{FE0F}\u{1F3FB}-\u{1F3FF}]*(?:\u{200D}\p{Extended_Pictographic}[\u{FE0F}\u{1F3FB}-\u{1F3FF}]*)*`,
  ],
  ["mark", String.raw`[?!]+|\.{2,}|[;:]-?[()DPp|/](?![A-Za-z])|[.,;:()<>"\n|]|->|[-–—](?=\s)`],
];

const scanner = new RegExp(patterns.map(([, source]) => `(${source})`).join("|"), "gu");

/** Cuts a text into tokens, in order; white space and anything unknown falls between them. */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(scanner)) {
    const raw = match[0];
    const kind = patterns[match.indexOf(raw, 1) - 1]?.[0] ?? "mark";
    tokens.push({ kind, raw, text: comparable(kind, raw), start: match.index, end: match.index + raw.length });
  }
  return tokens;
}

function comparable(kind: TokenKind, raw: string): string {
  if (kind === "link" || kind === "user") return `<${kind}>`;
  if (kind === "emoji") return raw.replace(/[\u{FE0F}\u{1F3FB}-\u{1F3FF}]|\u200D.*/gu, "");
  return raw
    .toLowerCase()
    .replaceAll("’", "'")
    .replace(/([a-z])\1{2,}/g, "$1$1");
}

const entities: Record<string, string> = { amp: "&", gt: ">", lt: "<", quot: '"', apos: "'", nbsp: " " };

/** Texts come with HTML entities from Reddit and from most archives. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,6})|(amp|gt|lt|quot|apos|nbsp));/g,
    (whole, code: string | undefined, name: string) => {
      if (code === undefined) return entities[name] ?? whole;
      const point = Number(code);
      return point > 0 && point < 0x11_0000 ? String.fromCodePoint(point) : whole;
    },
  );
}
