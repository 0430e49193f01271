import type { Token } from "./tokens.ts";

/** An entry of a lexicon found in a text: tokens `start` (inclusive) to `end` (exclusive). */
export interface Hit {
  entry: string;
  start: number;
  end: number;
  /** How strongly it counts: negative under a negation, larger after an intensifier, smaller in a question. */
  factor: number;
}

/** Entry → weight. */
export type Lexicon = ReadonlyMap<string, number>;

/** Reads groups of the form "weight:" followed by entries with commas between them. */
export function parseLexicon(text: string): Lexicon {
  const lexicon = new Map<string, number>();
  for (const [, weight = "0", entries = ""] of text.matchAll(/^ {2}(-?[\d.]+):\n((?: {4}.*\n?)+)/gm)) {
    for (const entry of entries.split(/,\s*/)) lexicon.set(entry.trim(), Number(weight));
  }
  lexicon.delete("");
  return lexicon;
}

const negators = new Set(
  "no not never none nothing nobody without hardly barely neither nor cannot cant dont doesnt didnt wont isnt arent wasnt aint shouldnt wouldnt couldnt stop stopped quit".split(
    " ",
  ),
);
const intensifiers = new Set(
  "very really super so too extremely fucking freaking damn absolutely totally massively insanely incredibly hella much strongly way mega definitely seriously".split(
    " ",
  ),
);
const dampeners = new Set(
  "maybe might could possibly perhaps somewhat slightly kinda little bit almost if unless".split(" "),
);

/** How far a negation reaches, in tokens: "not going to sell" has four. */
const negationReach = 4;

function isNegator(text: string): boolean {
  return negators.has(text.replaceAll("'", "")) || text.endsWith("n't");
}

/**
 * The entries of `lexicon` in a text, the longest first where several begin at one token, each token in one hit at most.
 * Words in an entry that negate ("not selling") are part of it and negate nothing else.
 */
export function matchLexicon(tokens: readonly Token[], lexicon: Lexicon): Hit[] {
  const longest = longestByFirst(lexicon);
  const hits: Hit[] = [];
  let negatedUntil = -1;
  let strength = 1;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token) break;
    if (isPause(token)) {
      negatedUntil = -1;
      strength = 1;
      continue;
    }
    const end = longestEntry(tokens, at, lexicon, longest);
    const isPhrase = end - at > 1;
    if (end > at) {
      const factor = strength * turnOf(token, at <= negatedUntil);
      hits.push({ entry: phrase(tokens, at, end), start: at, end, factor });
      strength = 1;
      at = end - 1;
    }
    if (!isPhrase && isNegator(token.text)) negatedUntil = at + negationReach;
    else strength = strengthAfter(token, end > at, strength);
  }
  return hits;
}

/** A negation turns words round, though not wholly, and no emoji. */
function turnOf(token: Token, isInReach: boolean): number {
  return isInReach && token.kind !== "emoji" ? -0.6 : 1;
}

/** What ends the reach of negations and of words that strengthen. */
function isPause(token: Token): boolean {
  return token.kind === "mark" && token.text !== "," && token.text !== '"';
}

/** How much the next entry counts: dampening lasts until it comes, and strengthening for one token. */
function strengthAfter(token: Token, isHit: boolean, strength: number): number {
  if (intensifiers.has(token.text)) return 1.4;
  if (dampeners.has(token.text)) return 0.6;
  return isHit ? strength : Math.min(strength, 1);
}

function longestEntry(
  tokens: readonly Token[],
  at: number,
  lexicon: Lexicon,
  longest: ReadonlyMap<string, number>,
): number {
  const reach = longest.get(tokens[at]?.text ?? "") ?? 0;
  for (let end = Math.min(tokens.length, at + reach); end > at; end--) {
    if (lexicon.has(phrase(tokens, at, end))) return end;
  }
  return at;
}

const reaches = new WeakMap<Lexicon, ReadonlyMap<string, number>>();

/** For each word an entry begins with, the length of its longest entry: most words begin none. */
function longestByFirst(lexicon: Lexicon): ReadonlyMap<string, number> {
  const known = reaches.get(lexicon);
  if (known) return known;
  const longest = new Map<string, number>();
  for (const entry of lexicon.keys()) {
    const words = entry.split(" ");
    const first = words[0] ?? "";
    longest.set(first, Math.max(words.length, longest.get(first) ?? 0));
  }
  reaches.set(lexicon, longest);
  return longest;
}

function phrase(tokens: readonly Token[], start: number, end: number): string {
  let text = tokens[start]?.text ?? "";
  for (let at = start + 1; at < end; at++) text += ` ${tokens[at]?.text ?? ""}`;
  return text;
}
