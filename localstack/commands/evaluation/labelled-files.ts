import type { PromptInput } from "../../../lib/analysis/annotation/prompt.ts";
import type { Sentiment } from "../../../lib/analysis/comments/sentiment.ts";
import { parseCsv } from "./csv.ts";

/** One text to be annotated and what people said about it. What a file does not label is absent. */
export interface Example {
  input: PromptInput;
  /** The direction of the text, or of one ticker in it. */
  sentiments: { ticker?: string; sentiment: Sentiment }[];
  /** Tickers that must be found. */
  tickers: string[];
  /** Names that may be found as well; undefined where the labels do not claim to be complete. */
  alsoNamed?: string[];
  sarcastic?: boolean;
  reasoned?: boolean;
}

type Row = Record<string, string>;

/** Within this distance of 0 an expert's score takes no side. */
const neutralScore = 0.1;

const tables: { columns: string[]; examples: (rows: Row[]) => Example[] }[] = [
  { columns: ["sentiment_score", "cashtag", "text"], examples: perTickerScores },
  {
    columns: ["topic_ticker", "body", "label"],
    examples: (rows) =>
      rows.map(({ body = "", label = "", topic_ticker = "" }) => ({
        ...comment(body, "Daily discussion"),
        sentiments: [{ ticker: topic_ticker, sentiment: label as Sentiment }],
        tickers: [topic_ticker],
      })),
  },
  {
    columns: ["post_title", "post_content", "label"],
    examples: (rows) =>
      rows.map(({ post_title = "", post_content = "", label = "" }) => ({
        ...comment(`${post_title}\n\n${post_content}`.trim(), post_title),
        sentiments: [{ sentiment: signed(Number(label)) }],
      })),
  },
  {
    columns: ["senti_label", "ticker", "original"],
    examples: (rows) =>
      rows.map(({ original = "", senti_label = "", ticker = "" }) => ({
        ...comment(original, ticker),
        sentiments: [{ ticker, sentiment: senti_label as Sentiment }],
        tickers: [ticker],
      })),
  },
  {
    columns: ["sarcastic", "text"],
    examples: (rows) =>
      rows.map(({ text = "", sarcastic }) => ({ ...comment(text, ""), sarcastic: sarcastic === "1" })),
  },
  {
    columns: ["text", "label"],
    examples: (rows) =>
      rows.map(({ text = "", label }) => ({ ...comment(text, titleOf(text)), reasoned: label === "Due Diligence" })),
  },
  {
    columns: ["body", "label"],
    examples: (rows) =>
      rows.map(({ body = "", label }) => ({
        ...comment(body, ""),
        sentiments: [{ sentiment: signed(Number(label)) }],
      })),
  },
];

/**
 * The examples of a labelled file, recognised by its header (CSV) or its fields (JSON lines); undefined for a file of
 * another kind. Throws where a file that looks right cannot be read.
 */
export function readLabelledFile(name: string, text: string): Example[] | undefined {
  if (name.endsWith(".jsonl")) return markedSpans(text);
  if (!name.endsWith(".csv")) return undefined;
  const { columns, rows } = parseCsv(text);
  return tables.find((table) => table.columns.every((column) => columns.includes(column)))?.examples(rows);
}

function comment(body: string, postTitle: string): Example {
  const input = { postTitle, imageDescription: null, parentChain: [], author: "unknown", authorTrust: 0.5, body };
  return { input, sentiments: [], tickers: [] };
}

function signed(score: number): Sentiment {
  return score > 0 ? "bullish" : score < 0 ? "bearish" : "neutral";
}

/** One message may have a row for each of its tickers. */
function perTickerScores(rows: Row[]): Example[] {
  const byText = new Map<string, Example>();
  for (const { text = "", cashtag = "", sentiment_score } of rows) {
    const example = byText.get(text) ?? comment(text, "");
    byText.set(text, example);
    const score = Number(sentiment_score);
    const ticker = cashtag.replace("$", "").toUpperCase();
    example.tickers.push(ticker);
    example.sentiments.push({ ticker, sentiment: Math.abs(score) <= neutralScore ? "neutral" : signed(score) });
  }
  return [...byText.values()];
}

function titleOf(text: string): string {
  return /^Title:\s*(.*)$/m.exec(text)?.[1] ?? "";
}

interface MarkedText {
  text: string;
  spans: { label: "ticker" | "company"; text: string }[];
}

function markedSpans(text: string): Example[] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const texts = lines.map((line) => JSON.parse(line) as Partial<MarkedText>);
  if (!texts.every((marked): marked is MarkedText => Array.isArray(marked.spans) && typeof marked.text === "string")) {
    return undefined;
  }
  return texts.map(({ text, spans }) => {
    const named = (label: string) => spans.filter((span) => span.label === label).map((span) => span.text.trim());
    const tickers = named("ticker").map((ticker) => ticker.replace(/^[$/]+/, "").toUpperCase());
    return { ...comment(text, ""), tickers: [...new Set(tickers)], alsoNamed: named("company") };
  });
}
