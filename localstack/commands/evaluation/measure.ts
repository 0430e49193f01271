import { buildPrompt } from "../../../lib/analysis/annotation/prompt.ts";
import { type Annotation, annotationSchema, readAnnotation } from "../../../lib/analysis/annotation/reply.ts";
import type { TickerSentiment } from "../../../lib/analysis/comments/sentiment.ts";
import { normaliseTickers, resolveTicker } from "../../../lib/analysis/tickers/resolve.ts";
import type { Model } from "../../../lib/providers/openai/model.ts";
import type { SymbolUniverse } from "../../../lib/providers/symbols/source.ts";
import { isAppError } from "../../../lib/runtime/errors.ts";
import type { Example } from "./labelled-files.ts";
import { emptyMeasurement, type Measurement } from "./report.ts";
import type { Counts } from "./scores.ts";

export interface Judge {
  model: Model;
  universe: SymbolUniverse;
  /** Calls in flight. */
  window: number;
  /** The market time told to a stand-in. */
  marketTime: Date;
}

/** Where so many of the first calls got no answer, no further one is waited for. */
const hopelessCalls = 5;

/**
 * Asks the model about every example as a run would and counts what it got right. An example without a usable answer
 * counts as wrong; throws the model's error where nothing further may be asked or nothing was answered at all.
 */
export async function measure(examples: readonly Example[], judge: Judge): Promise<Measurement> {
  const measured = emptyMeasurement();
  measured.tickersComplete = examples.some((example) => example.alsoNamed !== undefined);
  let next = 0;
  const work = async () => {
    for (let at = next++; at < examples.length; at = next++) {
      const example = examples[at];
      if (example) await measureOne(example, String(at), judge, measured);
    }
  };
  await Promise.all(Array.from({ length: judge.window }, work));
  return measured;
}

async function measureOne(example: Example, id: string, judge: Judge, measured: Measurement): Promise<void> {
  const annotation = await ask(example, id, judge, measured);
  const body = example.input.body;
  const kept = normaliseTickers(annotation?.ticker_sentiments ?? [], body, judge.universe).kept;
  measured.calls++;
  if (!annotation) measured.unanswered++;
  for (const { ticker, sentiment } of example.sentiments) {
    measured.sentiments.push({
      expected: sentiment,
      found: annotation && (ownSentiment(ticker, body, kept, judge.universe) ?? annotation.sentiment),
      confidence: annotation?.ai_confidence ?? 0,
    });
  }
  countTickers(example, kept, judge.universe, measured);
  if (example.sarcastic !== undefined) {
    count(measured.sarcasm, example.sarcastic, annotation?.sarcasm_detected ?? false);
  }
  if (example.reasoned !== undefined) count(measured.reasoning, example.reasoned, annotation?.has_reasoning ?? false);
}

async function ask(
  example: Example,
  id: string,
  { model, marketTime }: Judge,
  measured: Measurement,
): Promise<Annotation | undefined> {
  try {
    const { value, usage } = await model.reply({
      ...buildPrompt(example.input),
      schemaName: "comment_annotation",
      schema: annotationSchema,
      read: readAnnotation,
      marketTime,
      about: { commentId: id },
    });
    measured.usage.promptTokens += usage.promptTokens;
    measured.usage.completionTokens += usage.completionTokens;
    return value.annotation;
  } catch (error) {
    const isHopeless = measured.unanswered === measured.calls && measured.calls >= hopelessCalls;
    if (isAppError(error) && error.name === "OpenAiUnavailable" && !isHopeless) return undefined;
    throw error;
  }
}

function ownSentiment(
  ticker: string | undefined,
  text: string,
  kept: readonly TickerSentiment[],
  universe: SymbolUniverse,
): TickerSentiment["sentiment"] | undefined {
  if (ticker === undefined) return undefined;
  const symbol = resolveTicker(ticker, text, universe) ?? ticker;
  return kept.find((found) => found.ticker === symbol)?.sentiment;
}

function countTickers(
  { tickers, alsoNamed, input }: Example,
  kept: readonly TickerSentiment[],
  universe: SymbolUniverse,
  measured: Measurement,
): void {
  const found = new Set(kept.map(({ ticker }) => ticker));
  const resolved = (name: string) => resolveTicker(name, input.body, universe);
  for (const ticker of tickers) {
    const symbol = resolved(ticker);
    count(measured.tickers, true, found.has(symbol ?? ticker));
    if (symbol !== undefined) count(measured.listedTickers, true, found.has(symbol));
  }
  if (alsoNamed === undefined) return;
  const named = new Set([...tickers, ...alsoNamed].map(resolved));
  for (const ticker of found) if (!named.has(ticker)) count(measured.tickers, false, true);
}

function count(counts: Counts, there: boolean, found: boolean): void {
  if (there && found) counts.hits++;
  else if (there) counts.misses++;
  else if (found) counts.falseAlarms++;
}
