import { coinTicker } from "../../../lib/analysis/comments/coins.ts";
import { tickerNames } from "../../../lib/analysis/tickers/names.ts";
import { nonTickers } from "../../../lib/analysis/tickers/non-tickers.ts";
import type { SymbolUniverse } from "../../../lib/providers/symbols/source.ts";
import { isShouted } from "./shouting.ts";
import { type Token, tokenise } from "./tokens.ts";
import { wordTickers } from "./word-tickers.ts";

/** A ticker at tokens `start` (inclusive) to `end` (exclusive). */
export interface Mention {
  symbol: string;
  start: number;
  end: number;
}

const longestName = 5;

/** Places where people talk and trade; they are companies too, but in a comment they are mostly the place. */
const platforms = new Set(
  "reddit robinhood twitter fidelity schwab facebook youtube instagram snapchat paypal".split(" "),
);

const talkAfter = new Set(
  `call calls put puts share shares stock leap leaps gang holder holders squeeze earnings bull bulls bear bears options
  option yolo 🚀 📈 💎 📉 🌙 moon contracts fds`.split(/\s+/),
);
const talkBefore = new Set(
  `buy buying bought long longing short shorting shorted sell selling sold into holding hold hodl own owned grabbed
  bullish bearish loading`.split(/\s+/),
);
const orderWords = new Set("call calls put puts share shares leaps stock gang".split(" "));

/** The tickers a text names, in order, each as often as it is named (spec ai 4.1–4.5). */
export function findMentions(tokens: readonly Token[], universe: SymbolUniverse): Mention[] {
  const names = nameIndex(universe);
  const shouted = isShouted(tokens, (word) => universe.has(word) && !wordTickers.has(word) && !nonTickers.has(word));
  const mentions: Mention[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const symbol = symbolAt(tokens, at, shouted(at), universe);
    const mention = symbol ? { symbol, start: at, end: at + 1 } : nameAt(tokens, at, names);
    if (!mention) continue;
    mentions.push(mention);
    at = mention.end - 1;
  }
  return mentions;
}

function symbolAt(
  tokens: readonly Token[],
  at: number,
  shouted: boolean,
  universe: SymbolUniverse,
): string | undefined {
  const token = tokens[at];
  if (token?.kind === "cashtag") return cashtagSymbol(token.raw.slice(1).toUpperCase(), universe);
  if (token?.kind !== "word") return undefined;
  const word = token.raw.replace(/['’]s$/i, "");
  if (!/^[A-Z]{1,5}(?:\.[A-Z])?$/.test(word)) return undefined;
  const coin = word.length >= 3 ? coinTicker(word) : undefined;
  if (coin !== undefined && !universe.has(word))
    return wordTickers.has(word) && !hasTalk(tokens, at) ? undefined : coin;
  if (!universe.has(word)) return undefined;
  return isEvident(word, tokens, at, shouted, universe) ? word : undefined;
}

function cashtagSymbol(symbol: string, universe: SymbolUniverse): string | undefined {
  const dotted = symbol.replace("_", ".");
  if (universe.has(dotted)) return dotted;
  return coinTicker(dotted) ?? tickerNames(universe).nicknames.get(dotted.toLowerCase());
}

/** Whether a listed word in capitals is meant as a ticker here. */
function isEvident(
  word: string,
  tokens: readonly Token[],
  at: number,
  shouted: boolean,
  universe: SymbolUniverse,
): boolean {
  if (tokens[at + 1]?.kind === "contract" || isAfterExchange(tokens, at)) return true;
  if (word.length === 1) return !nonTickers.has(word) && !shouted && orderWords.has(tokens[at + 1]?.text ?? "");
  if (nonTickers.has(word)) return false;
  const popular = hasNickname(word, universe);
  const talked = hasTalk(tokens, at);
  // Also a word of the language, such as ALL: in a shouted text, or of two letters, one hint is too little.
  const needsBoth = wordTickers.has(word) && (shouted || word.length === 2);
  if (needsBoth) return popular && talked;
  return popular || talked || (!wordTickers.has(word) && !shouted && word.length > 2);
}

/** People give nicknames to the stocks that they talk of. */
function hasNickname(symbol: string, universe: SymbolUniverse): boolean {
  return (universe.get(symbol)?.nicknames.length ?? 0) > 0;
}

function isAfterExchange(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.text === ":" && /^(?:nyse|nasdaq|amex|arca)$/.test(tokens[at - 2]?.text ?? "");
}

function hasTalk(tokens: readonly Token[], at: number): boolean {
  const [before, two, after, third, fourth] = [at - 1, at - 2, at + 1, at + 2, at + 3].map(
    (n) => tokens[n]?.text ?? "",
  );
  if (talkAfter.has(after ?? "") || talkBefore.has(before ?? "")) return true;
  if (before === "of" && orderWords.has(two ?? "")) return true;
  return after === "to" && third === "the" && fourth === "moon";
}

interface NameIndex {
  /** First words of names, as `plain` gives them: what no name begins with need not be looked up. */
  firstWords: ReadonlySet<string>;
  /** Token texts joined by blanks. */
  nicknames: ReadonlyMap<string, string>;
  /** The same as written: capitals count. */
  companies: ReadonlyMap<string, string>;
}

const indexes = new WeakMap<SymbolUniverse, NameIndex>();

function nameIndex(universe: SymbolUniverse): NameIndex {
  const known = indexes.get(universe);
  if (known) return known;
  const names = tickerNames(universe);
  const joined = (pick: (token: Token) => string, entries: ReadonlyMap<string, string>) =>
    new Map([...entries].map(([name, symbol]) => [tokenise(name).map(pick).join(" "), symbol]));
  const companies = joined((token) => token.raw, names.companies);
  for (const name of companies.keys()) if (!isTellingName(name)) companies.delete(name);
  const nicknames = joined(plain, names.nicknames);
  const firstWords = new Set(
    [...nicknames.keys(), ...companies.keys()].map((name) => name.split(" ")[0]?.toLowerCase() ?? ""),
  );
  const index = { firstWords, nicknames, companies };
  indexes.set(universe, index);
  return index;
}

/** A company's single word ("Catalyst", "Capital") says too little; those that people use are among the nicknames. */
function isTellingName(name: string): boolean {
  return /^\p{Lu}.* [\p{Lu}\d&]/u.test(name);
}

function nameAt(tokens: readonly Token[], at: number, names: NameIndex): Mention | undefined {
  const token = tokens[at];
  if (token?.kind !== "word" && token?.kind !== "number") return undefined;
  if (!beginsName(plain(token), names)) return undefined;
  for (let end = Math.min(tokens.length, at + longestName); end > at; end--) {
    const part = tokens.slice(at, end);
    const symbol = lookUp(part, names);
    if (symbol === undefined) continue;
    const isPlatform = end === at + 1 && platforms.has(part[0]?.text ?? "");
    if (!isPlatform || orderWords.has(tokens[end]?.text ?? "")) return { symbol, start: at, end };
  }
  return undefined;
}

function beginsName(word: string, { firstWords }: NameIndex): boolean {
  return firstWords.has(word) || firstWords.has(word.replace(/'s?$/, ""));
}

/** Lower case, but not cut like `text`: BBBY is not BBY. */
function plain({ raw }: Token): string {
  return raw.toLowerCase().replaceAll("’", "'");
}

function lookUp(part: readonly Token[], names: NameIndex): string | undefined {
  const text = part.map(plain).join(" ");
  const nickname = names.nicknames.get(text) ?? names.nicknames.get(text.replace(/'s?$/, ""));
  if (nickname !== undefined) return nickname;
  const written = part.map((token) => token.raw).join(" ");
  return names.companies.get(written) ?? names.companies.get(written.replace(/['’]s?$/, ""));
}
