import { type Sentiment, sentimentSchema } from "../../../lib/analysis/comments/sentiment.ts";

export interface SentimentResult {
  expected: Sentiment;
  /** Undefined where the model gave no usable answer. */
  found: Sentiment | undefined;
  /** 0 to 1. */
  confidence: number;
}

/** How often something was there and found, found only, there only. */
export interface Counts {
  hits: number;
  falseAlarms: number;
  misses: number;
}

export const noCounts = (): Counts => ({ hits: 0, falseAlarms: 0, misses: 0 });

/** hits / (hits + false alarms); null where nothing was found. */
export function precision({ hits, falseAlarms }: Counts): number | null {
  return hits + falseAlarms === 0 ? null : hits / (hits + falseAlarms);
}

/** hits / (hits + misses); null where there was nothing to find. */
export function recall({ hits, misses }: Counts): number | null {
  return hits + misses === 0 ? null : hits / (hits + misses);
}

/** 2·hits / (2·hits + false alarms + misses); null where nothing was there or found. */
export function f1({ hits, falseAlarms, misses }: Counts): number | null {
  const weight = 2 * hits + falseAlarms + misses;
  return weight === 0 ? null : (2 * hits) / weight;
}

export function accuracy(results: readonly SentimentResult[]): number {
  return results.filter(({ expected, found }) => expected === found).length / results.length;
}

/** F1 of each class that the labels have. */
export function classScores(results: readonly SentimentResult[]): Map<Sentiment, number> {
  const scores = new Map<Sentiment, number>();
  for (const sentiment of sentimentSchema.options) {
    if (!results.some(({ expected }) => expected === sentiment)) continue;
    const counts = {
      hits: results.filter(({ expected, found }) => expected === sentiment && found === sentiment).length,
      falseAlarms: results.filter(({ expected, found }) => expected !== sentiment && found === sentiment).length,
      misses: results.filter(({ expected, found }) => expected === sentiment && found !== sentiment).length,
    };
    scores.set(sentiment, f1(counts) ?? 0);
  }
  return scores;
}

/** The unweighted mean of the classes' F1. */
export function macroF1(results: readonly SentimentResult[]): number {
  const scores = [...classScores(results).values()];
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

const bins = 10;

/**
 * Expected calibration error: over ten equal bins of confidence, the distance between mean confidence and accuracy,
 * weighted by the bins' sizes. Unanswered examples do not count.
 */
export function calibrationError(results: readonly SentimentResult[]): number {
  const answered = results.filter(({ found }) => found !== undefined);
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const inside = answered.filter(({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)) === bin);
    if (inside.length === 0) continue;
    const mean = inside.reduce((sum, { confidence }) => sum + confidence, 0) / inside.length;
    error += (inside.length / answered.length) * Math.abs(mean - accuracy(inside));
  }
  return error;
}
