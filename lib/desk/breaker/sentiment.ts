import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import type { Trip } from "./rules.ts";

/** What an analysis found of a symbol. */
export interface Reading {
  symbol: string;
  /** −1…+1. */
  score: number;
  /** 0…1. */
  confidence: number;
  /** Its scores of the days before, the newest first. */
  earlier: readonly number[];
  /** What was said of it. */
  texts: readonly string[];
}

const leastConfidence = 0.6;
/** Below this a day counts towards days in a row. */
const badScore = -0.2;
/** Below this a word of the list is news. */
const newsScore = -0.3;

const criticalWords = [
  ...["bankruptcy", "fraud", "sec investigation", "delisting", "halt", "suspended", "crash", "collapse", "scandal"],
];
/** Whole words: "asphalt" is no halt. Other forms of them are others' words. */
const criticalNews = new RegExp(`\\b(${criticalWords.join("|")})\\b`, "i");

/** The first reading that halts trading (spec orders 8.3). Impact is not asked for: no analysis rates it. */
export function sentimentTrip(readings: readonly Reading[], settings: Configuration): Trip | undefined {
  for (const reading of readings) {
    const trip = spike(reading, settings) ?? news(reading);
    if (trip) return trip;
  }
  return undefined;
}

function spike({ symbol, score, confidence, earlier }: Reading, settings: Configuration): Trip | undefined {
  const { breaker_sentiment_score: worst, breaker_sentiment_days: days } = settings;
  const reason = "negative_sentiment_spike";
  if (score <= worst && confidence >= leastConfidence) {
    return { reason, detail: `${symbol} is spoken of at ${round(score, 2)}, and ${worst} is the limit.` };
  }
  const row = [score, ...earlier].slice(0, days);
  if (row.length < days || row.some((each) => each >= badScore)) return undefined;
  return { reason, detail: `${symbol} was spoken of below ${badScore} ${days} times in a row.` };
}

function news({ symbol, score, texts }: Reading): Trip | undefined {
  if (score >= newsScore) return undefined;
  const word = texts.map((text) => criticalNews.exec(text)?.[1]).find((found) => found !== undefined);
  return word === undefined
    ? undefined
    : { reason: "critical_news_event", detail: `${symbol} is spoken of with "${word.toLowerCase()}".` };
}
