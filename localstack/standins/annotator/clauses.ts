import type { Mention } from "./ticker-mentions.ts";
import type { Token } from "./tokens.ts";

/** Tickers named side by side ("GME, AMC & BB"): what is said of one is said of all. */
interface Group {
  symbols: Set<string>;
  start: number;
  end: number;
}

const listJoints = new Set([",", "and", "&", "or", "+", "|"]);
const contrasts = new Set("but while whereas however although though instead unlike except".split(" "));
/** "X over Y", "X > Y", "better than Y": what follows is the worse one. */
const comparisons = new Set("than > over vs versus".split(" "));

/** How much a remark counts for a ticker it stands near to: its own, one in another clause, one it is set against. */
const shares = { own: 1, unnamed: 1, other: 0.3, rival: 0.15 };

/**
 * For each ticker the weight, 0 to 1, of what stands at each token. With one ticker, or all of them in one list,
 * everything is said of it; else a remark belongs to the tickers of its clause, and there to the nearest, and a clause
 * without a ticker to the one named before it.
 */
export function attribute(tokens: readonly Token[], mentions: readonly Mention[]): Map<string, (at: number) => number> {
  const groups = groupMentions(tokens, mentions);
  const symbols = [...new Set(mentions.map((mention) => mention.symbol))];
  const everything = () => shares.own;
  if (groups.every((group) => symbols.every((symbol) => group.symbols.has(symbol)))) {
    return new Map(symbols.map((symbol) => [symbol, everything]));
  }
  const clauseOf = numberClauses(tokens);
  const owners = tokens.map((_, at) => ownerOf(at, groups, clauseOf));
  return new Map(symbols.map((symbol) => [symbol, (at: number) => shareOf(symbol, owners[at])]));
}

function shareOf(symbol: string, owner: ReturnType<typeof ownerOf>): number {
  if (!owner) return shares.unnamed;
  if (owner.group.symbols.has(symbol)) return owner.inClause ? shares.own : shares.unnamed;
  return owner.inClause ? shares.rival : shares.other;
}

/** The tickers that comparisons put above and below others ("GME > AMC", "GME over AMC"). */
export function findCompared(
  tokens: readonly Token[],
  mentions: readonly Mention[],
): { lower: Set<string>; higher: Set<string> } {
  const lower = new Set<string>();
  const higher = new Set<string>();
  for (const [index, mention] of mentions.entries()) {
    const before = tokens[mention.start - 1]?.text ?? "";
    const previous = mentions[index - 1];
    if (!comparisons.has(before) || !previous || previous.symbol === mention.symbol) continue;
    if (mention.start - previous.end > 6 || before === "vs" || before === "versus") continue;
    lower.add(mention.symbol);
    higher.add(previous.symbol);
  }
  return { lower, higher };
}

function groupMentions(tokens: readonly Token[], mentions: readonly Mention[]): Group[] {
  const groups: Group[] = [];
  for (const mention of mentions) {
    const last = groups.at(-1);
    const between = last ? tokens.slice(last.end, mention.start) : [];
    if (last && between.every((token) => listJoints.has(token.text) || token.kind === "number")) {
      last.symbols.add(mention.symbol);
      last.end = mention.end;
    } else groups.push({ symbols: new Set([mention.symbol]), start: mention.start, end: mention.end });
  }
  return groups;
}

function numberClauses(tokens: readonly Token[]): number[] {
  let clause = 0;
  return tokens.map((token) => {
    const ends = token.kind === "mark" && /^[.!?;,\n(|]/.test(token.text);
    if (ends || contrasts.has(token.text)) clause++;
    return clause;
  });
}

function ownerOf(
  at: number,
  groups: readonly Group[],
  clauseOf: readonly number[],
): { group: Group; inClause: boolean } | undefined {
  const clause = clauseOf[at];
  const inClause = groups.filter((group) => clauseOf[group.start] === clause || clauseOf[group.end - 1] === clause);
  const nearest = inClause.toSorted((a, b) => distance(at, a) - distance(at, b))[0];
  if (nearest) return { group: nearest, inClause: true };
  const before = groups.findLast((group) => group.end <= at);
  return before ? { group: before, inClause: false } : undefined;
}

/** A verb stands before its ticker ("sold AMC to buy GME"): a remark is nearer to what follows it. */
function distance(at: number, group: Group): number {
  return at < group.start ? group.start - at : (at - group.end + 1) * 1.5;
}
