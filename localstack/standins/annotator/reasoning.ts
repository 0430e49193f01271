import { type Token, tokenise } from "./tokens.ts";

const links = new Set(
  "because since due given therefore thus hence means meaning reason reasons based implies causing despite unless according considering which".split(
    " ",
  ),
);

/** What an argument about a share is made of. */
const substance = new Set(
  `earnings revenue revenues sales profit profits margin margins eps guidance debt cash balance valuation valued fundamentals
  p/e pe ps ebitda fcf dividend buyback dilution shares float outstanding interest short utilization borrow ftd ftds gamma delta
  theta iv volatility hedge hedging mm market cap volume support resistance trend pattern breakout ma sma ema rsi macd catalyst
  catalysts approval fda trial phase contract contracts deal partnership merger acquisition competition competitors demand supply
  growth production deliveries customers users subscribers store stores inflation rates rate fed economy recession tariffs
  regulation law lawsuit patent product products technology analyst target upgrade downgrade rating quarter q1 q2 q3 q4 yoy
  expiry expiration strike premium oi contracts institutional institutions ownership insiders bankruptcy restructuring liquidity
  yield bonds treasury squeeze covered cover covering ortex data filing sec 10k 10q forecast estimate estimates consensus
  chart technical momentum rotation sector industry cost costs spending capex pipeline backlog orders inventory`.split(
    /\s+/,
  ),
);

/** From here on a text gives an argument: some points of substance tied together by a reason or by figures. */
const enough = 4;
const fewestWords = 12;
const longestSummary = 160;

/**
 * Whether a text argues rather than cheers, and the sentence that argues most (at most 160 characters); null without
 * an argument.
 */
export function findReasoning(text: string): string | null {
  const sentences = text.split(/(?<=[.!?])\s+|\n+/).filter((sentence) => sentence.trim() !== "");
  const scored = sentences.map((sentence) => ({ sentence, ...weigh(tokenise(sentence)) }));
  const words = scored.reduce((total, { words }) => total + words, 0);
  const points = new Set(scored.flatMap(({ points }) => points)).size;
  const ties = scored.reduce((total, { ties }) => total + ties, 0);
  const figures = scored.reduce((total, { figures }) => total + figures, 0);
  const score = points + 1.5 * Math.min(2, ties) + Math.min(2, figures);
  if (words < fewestWords || points === 0 || score < enough) return null;
  const best = scored.reduce((a, b) => (rank(b) > rank(a) ? b : a));
  return shorten(best.sentence.trim().replace(/\s+/g, " "));
}

interface Weighed {
  words: number;
  points: string[];
  ties: number;
  figures: number;
}

function weigh(tokens: readonly Token[]): Weighed {
  const words = tokens.filter((token) => token.kind === "word");
  return {
    words: words.length,
    points: words.map((token) => token.text).filter((word) => substance.has(word)),
    ties: words.filter((token) => links.has(token.text)).length,
    figures: tokens.filter((token) => token.kind === "number" && /[%$.]|\d{2}/.test(token.raw)).length,
  };
}

function rank({ points, ties, figures }: Weighed): number {
  return points.length + ties + figures / 2;
}

function shorten(sentence: string): string {
  if (sentence.length <= longestSummary) return sentence;
  const cut = sentence.slice(0, longestSummary - 1);
  return `${cut
    .slice(0, Math.max(cut.lastIndexOf(" "), longestSummary / 2))
    .toWellFormed()
    .replaceAll("\uFFFD", "")}…`;
}
