import type { Sentiment } from "../../../lib/analysis/comments/sentiment.ts";
import { findCompared } from "./clauses.ts";
import { directionLexicon } from "./direction-lexicon.ts";
import { countRemarks, directionFeatures, type Features, neutralityFeatures } from "./features.ts";
import { type Hit, type Lexicon, matchLexicon } from "./lexicon-match.ts";
import { neutralityLexicon } from "./neutrality-lexicon.ts";
import { directionSigns, neutralitySigns } from "./sign-weights.ts";
import type { Mention } from "./ticker-mentions.ts";
import type { Token } from "./tokens.ts";

/** A direction and how probable it is beside the two others (1/3 to 1). */
export interface Judgement {
  sentiment: Sentiment;
  probability: number;
}

export interface Reading {
  tokens: readonly Token[];
  mentions: readonly Mention[];
  hits: readonly Hit[];
  remarks: number;
  irony: Irony;
}

/** What of a text is not meant as it stands. */
export interface Irony {
  /** All of it: the opposite is meant. */
  plain: boolean;
  /** Its praise only. */
  praisesHarm: boolean;
}

/** What setting one ticker above another is worth, in log-odds. */
const comparisonWeight = 1.2;

/** What praise that is not meant takes away, in log-odds. */
const falsePraise = 1.2;

/** Who says the opposite of what he means does take a side. */
const inversionWeight = 0.5;

// One pass finds the entries of both lexica.
const vocabulary: Lexicon = new Map([...neutralityLexicon, ...directionLexicon]);

const meant: Irony = { plain: false, praisesHarm: false };

const directionOf = (entry: string) => directionLexicon.get(entry) ?? 0;

/** Finds what a text says, for any number of questions about it. */
export function read(tokens: readonly Token[], mentions: readonly Mention[], irony: Irony = meant): Reading {
  const hits = matchLexicon(tokens, vocabulary);
  return { tokens, mentions, hits, remarks: countRemarks(tokens, hits, directionOf), irony };
}

/** The direction of a text, or of what it says about one ticker where `weight` says what that is. */
export function judge(reading: Reading, weight: (at: number) => number = () => 1, symbol?: string): Judgement {
  const features = directionFeatures(reading.tokens, reading.hits, directionOf, weight);
  const { plain, praisesHarm } = reading.irony;
  let up = sum(features, directionLexicon, directionSigns) * (plain ? -1 : 1) - (praisesHarm ? falsePraise : 0);
  if (symbol !== undefined) {
    const { lower, higher } = findCompared(reading.tokens, reading.mentions);
    if (higher.has(symbol)) up += comparisonWeight;
    if (lower.has(symbol)) up -= comparisonWeight;
  }
  const tickers = new Set(reading.mentions.map((mention) => mention.symbol)).size;
  const signs = neutralityFeatures(reading.tokens, reading.remarks, tickers);
  for (const entry of new Set(reading.hits.map((hit) => hit.entry))) signs.set(entry, 1);
  const neutral = sum(signs, neutralityLexicon, neutralitySigns) - (plain ? inversionWeight : 0);
  return mostProbable(up, neutral);
}

function sum(features: Features, lexicon: Lexicon, signs: Readonly<Record<string, number>>): number {
  let total = 0;
  for (const [name, value] of features) {
    total += value * ((name.startsWith("_") ? signs[name.slice(1)] : lexicon.get(name)) ?? 0);
  }
  return total;
}

/** Three log-odds (up, -up, neutral) to the likeliest of the three. */
function mostProbable(up: number, neutral: number): Judgement {
  const total = Math.exp(up) + Math.exp(-up) + Math.exp(neutral);
  const best = Math.max(Math.abs(up), neutral);
  const sentiment = neutral > Math.abs(up) ? "neutral" : up >= 0 ? "bullish" : "bearish";
  return { sentiment, probability: Math.exp(best) / total };
}
