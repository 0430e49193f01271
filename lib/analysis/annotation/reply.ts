import * as z from "zod";
import { jsonIn } from "../../runtime/json-in.ts";
import { neutralise, truncate } from "../../runtime/text.ts";
import { type Sentiment, sentimentSchema, type TickerSentiment, tickerSentimentSchema } from "../comments/sentiment.ts";

/** What the model found in one comment, validated and reconciled, in the names it is stored under with the comment. */
export interface Annotation {
  /** Each ticker once, upper case, in the order of the reply. Whether it is listed is not yet checked. */
  ticker_sentiments: TickerSentiment[];
  sentiment: Sentiment;
  sarcasm_detected: boolean;
  has_reasoning: boolean;
  /** 0–1 */
  ai_confidence: number;
  /** Null unless `has_reasoning`. */
  reasoning_summary: string | null;
}

/** Something that was put right while reading, and how loudly the log should say so. */
export interface Note {
  level: "debug" | "warn";
  text: string;
}

/** The reply cannot be used; the call may be repeated. */
export class MalformedReply extends Error {
  override readonly name = "MalformedReply";
}

/** The form requested from the model (spec ai 3.1). Not every server's strict mode knows ranges, so they are words. */
export const annotationSchema = z.object({
  tickers: z.array(z.string()).describe("upper case, each once"),
  ticker_sentiments: z.array(tickerSentimentSchema),
  sentiment: sentimentSchema,
  sarcasm_detected: z.boolean(),
  has_reasoning: z.boolean(),
  confidence: z.number().describe("0 to 1"),
  reasoning_summary: z.string().nullable(),
});

const looseSentiment = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(sentimentSchema);

// What is tolerated on reading: more than was asked for, and never a guess about what a value means.
const replySchema = z.object({
  tickers: z.array(z.string()),
  ticker_sentiments: z.union([
    z.array(z.object({ ticker: z.string(), sentiment: looseSentiment })),
    z.array(looseSentiment),
  ]),
  sentiment: looseSentiment,
  sarcasm_detected: z.boolean(),
  has_reasoning: z.boolean(),
  confidence: z.number(),
  reasoning_summary: z.json(),
});
type Reply = z.infer<typeof replySchema>;

const longestReply = 20_000;
const longestSummary = 500;

/**
 * Reads a reply by the table of spec ai 3.3. Notes go to the log at their level.
 * Throws `MalformedReply`, and nothing else, for a reply that cannot be used.
 */
export function readAnnotation(replyText: string): { annotation: Annotation; notes: Note[] } {
  if (replyText.length > longestReply) throw new MalformedReply(`the reply has ${replyText.length} characters`);
  const notes: Note[] = [];
  try {
    const reply = parseReply(replyText);
    const annotation = {
      ticker_sentiments: pairTickers(reply, notes),
      sentiment: reply.sentiment,
      sarcasm_detected: reply.sarcasm_detected,
      has_reasoning: reply.has_reasoning,
      ai_confidence: clampConfidence(reply.confidence, notes),
      reasoning_summary: readSummary(reply, notes),
    };
    return { annotation, notes };
  } catch (error) {
    if (error instanceof MalformedReply) throw error;
    // A value nested thousands of levels deep overflows the stack of whoever walks it.
    throw new MalformedReply("the reply cannot be read", { cause: error });
  }
}

function parseReply(text: string): Reply {
  const parsed = replySchema.safeParse(findJson(text));
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0];
  throw new MalformedReply(`${problem?.path.join(".") || "reply"}: ${problem?.message ?? "invalid"}`);
}

function findJson(text: string): unknown {
  try {
    return jsonIn(text);
  } catch {
    throw new MalformedReply("the reply is not JSON");
  }
}

function pairTickers(reply: Reply, notes: Note[]): TickerSentiment[] {
  const named = reply.tickers.map(normalTicker);
  const given = reply.ticker_sentiments;
  const sameCount = given.length === named.length;
  const entries = firstSentiments(given, sameCount ? named : []);
  const tickers = [...new Set(named)].filter((ticker) => ticker !== "");
  const unpaired = tickers.filter((ticker) => !entries.has(ticker));
  const unknown = [...entries.keys()].filter((ticker) => !named.includes(ticker));
  if (!sameCount || unpaired.length > 0 || unknown.length > 0) {
    notes.push({
      level: "warn",
      text:
        `${named.length} tickers but ${given.length} ticker sentiments; ` +
        `overall sentiment taken for ${unpaired.length}, dropped ${unknown.length}`,
    });
  }
  return tickers.map((ticker) => ({ ticker, sentiment: entries.get(ticker) ?? reply.sentiment }));
}

/**
 * What is said first of each ticker. A bare sentiment says of which one it speaks by its position only, so it counts
 * only where `named` has a ticker for each.
 */
function firstSentiments(given: Reply["ticker_sentiments"], named: readonly string[]): Map<string, Sentiment> {
  const first = new Map<string, Sentiment>();
  for (const [position, entry] of given.entries()) {
    const [ticker, sentiment] =
      typeof entry === "string" ? [named[position], entry] : [normalTicker(entry.ticker), entry.sentiment];
    if (ticker && !first.has(ticker)) first.set(ticker, sentiment);
  }
  return first;
}

function normalTicker(text: string): string {
  return text.trim().replace(/^\$/, "").toUpperCase();
}

function clampConfidence(confidence: number, notes: Note[]): number {
  const clamped = Math.min(1, Math.max(0, confidence));
  if (clamped !== confidence) notes.push({ level: "debug", text: `confidence ${confidence} clamped to ${clamped}` });
  return clamped;
}

function readSummary(reply: Reply, notes: Note[]): string | null {
  const given = reply.reasoning_summary;
  if (given === null) return null;
  const summary = truncate(
    neutralise(typeof given === "string" ? given : JSON.stringify(given)).trim(),
    longestSummary,
  );
  if (summary === "") return null;
  if (reply.has_reasoning) return summary;
  notes.push({ level: "warn", text: "a reasoning summary without reasoning was dropped" });
  return null;
}
