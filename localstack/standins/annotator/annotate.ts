import type { Sentiment, TickerSentiment } from "../../../lib/analysis/comments/sentiment.ts";
import type { SymbolUniverse } from "../../../lib/providers/symbols/source.ts";
import type { CommentData } from "../openai/prompt-data.ts";
import { attribute } from "./clauses.ts";
import { confidenceOf } from "./confidence.ts";
import { type Judgement, judge, type Reading, read } from "./direction.ts";
import { withoutInstructions } from "./instructions.ts";
import { findReasoning } from "./reasoning.ts";
import { findSarcasm } from "./sarcasm.ts";
import { speaksOfThread, threadTicker } from "./subject.ts";
import { findMentions } from "./ticker-mentions.ts";
import { decodeEntities, type Token, tokenise } from "./tokens.ts";

/** The reply of spec ai 3.1. */
export interface Reply {
  tickers: string[];
  ticker_sentiments: TickerSentiment[];
  sentiment: Sentiment;
  sarcasm_detected: boolean;
  has_reasoning: boolean;
  confidence: number;
  reasoning_summary: string | null;
}

/** Annotates one comment by lexicon and rules: the same data always gives the same reply. */
export function annotate(data: CommentData, universe: SymbolUniverse): Reply {
  const text = withoutInstructions(decodeEntities(data.comment));
  const tokens = tokenise(text);
  const mentions = findMentions(tokens, universe);
  const inherited = mentions.length === 0 && speaksOfThread(tokens) ? subjectOf(data, universe) : undefined;
  const sarcasm = findSarcasm(text, tokens, mentions.length > 0 || speaksOfThread(tokens));
  const reading = read(tokens, mentions, sarcasm);
  const whole = judge(reading);
  const perTicker = inherited ? [{ ticker: inherited, ...decided(whole) }] : judgeTickers(reading);
  const overall = perTicker.length === 1 && perTicker[0] ? perTicker[0] : whole;
  const summary = findReasoning(text);
  return {
    tickers: perTicker.map(({ ticker }) => ticker),
    ticker_sentiments: perTicker.map(({ ticker, sentiment }) => ({ ticker, sentiment })),
    sentiment: agreed(perTicker) ?? overall.sentiment,
    sarcasm_detected: sarcasm.detected,
    has_reasoning: summary !== null,
    confidence: confidenceOf({
      probability: overall.probability,
      hasReasoning: summary !== null,
      authorTrust: data.authorTrust,
      sarcasm,
      mostlyMemes: isMostlyMemes(tokens),
      contradictsParent: contradicts(overall.sentiment, data, universe),
    }),
    reasoning_summary: summary,
  };
}

/** Of a ticker that is not even named, a direction is only told where it is likelier than both others together. */
function decided(judgement: Judgement): Judgement {
  return judgement.probability < 0.5 ? { ...judgement, sentiment: "neutral" } : judgement;
}

function subjectOf({ parents, postTitle }: CommentData, universe: SymbolUniverse): string | undefined {
  return threadTicker([...parents.toReversed(), postTitle], universe);
}

/** More tickers than this are a list, and a reply that names them all would be cut at the usual token limit. */
const mostTickers = 25;

function judgeTickers(reading: Reading): (Judgement & { ticker: string })[] {
  const views = attribute(reading.tokens, reading.mentions);
  return [...views].slice(0, mostTickers).map(([ticker, weight]) => ({ ticker, ...judge(reading, weight, ticker) }));
}

function agreed(perTicker: readonly TickerSentiment[]): Sentiment | undefined {
  const directions = new Set(perTicker.map(({ sentiment }) => sentiment));
  return directions.size === 1 ? perTicker[0]?.sentiment : undefined;
}

function contradicts(sentiment: Sentiment, { parents }: CommentData, universe: SymbolUniverse): boolean {
  const nearest = parents.at(-1);
  if (nearest === undefined || sentiment === "neutral") return false;
  const tokens = tokenise(decodeEntities(nearest));
  const said = judge(read(tokens, findMentions(tokens, universe))).sentiment;
  return said !== "neutral" && said !== sentiment;
}

const memes = new Set(
  "moon moons mooning tendies stonks lambo apes ape retard retards regard regards yolo lfg brr brrr hodl diamond paper hands rocket".split(
    " ",
  ),
);
const fewWords = 4;

function isMostlyMemes(tokens: readonly Token[]): boolean {
  const said = tokens.filter((token) => token.kind === "word" && !memes.has(token.text)).length;
  const emoji = tokens.filter((token) => token.kind === "emoji" || memes.has(token.text)).length;
  return emoji > 0 && said <= fewWords && emoji * 2 >= said;
}
