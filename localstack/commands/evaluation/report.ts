import { defaultPrices, microDollars } from "../../../lib/providers/openai/cost.ts";
import type { ModelUsage } from "../../../lib/providers/openai/model.ts";
import {
  accuracy,
  type Counts,
  calibrationError,
  classScores,
  f1,
  macroF1,
  noCounts,
  precision,
  recall,
  type SentimentResult,
} from "./scores.ts";

/** What was measured on one file, or on all of them together. */
export interface Measurement {
  calls: number;
  unanswered: number;
  sentiments: SentimentResult[];
  tickers: Counts;
  /** Whether the labels name every ticker, so that what else is found is a false alarm. */
  tickersComplete: boolean;
  /** The same, without the tickers that are not in the universe. */
  listedTickers: Counts;
  sarcasm: Counts;
  reasoning: Counts;
  usage: ModelUsage;
}

export function emptyMeasurement(): Measurement {
  return {
    calls: 0,
    unanswered: 0,
    sentiments: [],
    tickers: noCounts(),
    tickersComplete: false,
    listedTickers: noCounts(),
    sarcasm: noCounts(),
    reasoning: noCounts(),
    usage: { promptTokens: 0, completionTokens: 0 },
  };
}

/** All files together; tickers' false alarms come from the files that are complete. */
export function together(parts: readonly Measurement[]): Measurement {
  const total = emptyMeasurement();
  for (const part of parts) {
    total.calls += part.calls;
    total.unanswered += part.unanswered;
    total.sentiments.push(...part.sentiments);
    for (const kind of ["tickers", "listedTickers", "sarcasm", "reasoning"] as const) {
      total[kind].hits += part[kind].hits;
      total[kind].falseAlarms += part[kind].falseAlarms;
      total[kind].misses += part[kind].misses;
    }
    total.usage.promptTokens += part.usage.promptTokens;
    total.usage.completionTokens += part.usage.completionTokens;
  }
  return total;
}

/** A few lines for people. */
export function describe(name: string, measured: Measurement): string {
  const lines = [`${name}: ${measured.calls} texts${measured.unanswered ? `, ${measured.unanswered} unanswered` : ""}`];
  const { sentiments, tickers, listedTickers, sarcasm, reasoning, usage } = measured;
  if (sentiments.length > 0) {
    const classes = [...classScores(sentiments)].map(([sentiment, score]) => `${sentiment} ${figure(score)}`);
    lines.push(
      `  sentiment    accuracy ${figure(accuracy(sentiments))}  macro-F1 ${figure(macroF1(sentiments))}  ` +
        `(F1 ${classes.join(", ")}; ${sentiments.length} labels)`,
      `  calibration  ECE ${figure(calibrationError(sentiments))}`,
    );
  }
  if (recall(tickers) !== null) {
    const found = measured.tickersComplete ? `precision ${figure(precision(tickers))}  ` : "";
    lines.push(
      `  tickers      ${found}recall ${figure(recall(tickers))}  (of listed ones ${figure(recall(listedTickers))})`,
    );
  }
  if (recall(sarcasm) !== null) lines.push(`  sarcasm      ${three(sarcasm)}`);
  if (recall(reasoning) !== null)
    lines.push(`  reasoning    ${three(reasoning)}  (against posts that are due diligence)`);
  const dollars = microDollars(usage, defaultPrices) / 1_000_000;
  lines.push(
    `  cost         ${usage.promptTokens} input and ${usage.completionTokens} output tokens, $${dollars.toFixed(4)}`,
  );
  return lines.join("\n");
}

function three(counts: Counts): string {
  return `F1 ${figure(f1(counts))}  precision ${figure(precision(counts))}  recall ${figure(recall(counts))}`;
}

function figure(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}
