import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCsv } from "../../../../localstack/commands/evaluation/csv.ts";
import { readLabelledFile } from "../../../../localstack/commands/evaluation/labelled-files.ts";
import {
  accuracy,
  calibrationError,
  classScores,
  f1,
  macroF1,
  precision,
  recall,
  type SentimentResult,
} from "../../../../localstack/commands/evaluation/scores.ts";
import { isRecorded, recordings } from "../../../support/recorded.ts";
import { labelledFiles } from "../../../support/wire/labels.ts";

describe("reading labelled files", () => {
  it("reads quoted cells with commas, quotes and line ends", () => {
    const { columns, rows } = parseCsv('\uFEFFtext,label\r\n"a, ""b""\nc",1\r\n,2\n');
    expect(columns).toEqual(["text", "label"]);
    expect(rows).toEqual([
      { text: 'a, "b"\nc', label: "1" },
      { text: "", label: "2" },
    ]);
  });

  it("joins the rows of one message and reads scores near 0 as neutral", () => {
    const file = "cashtag,ticker,sentiment_score,text\n$A,A,0.4,x\n$B,B,-0.11,x\n$C,C,0.1,y\n";
    expect(readLabelledFile("scores.csv", file)).toMatchObject([
      {
        input: { body: "x" },
        tickers: ["A", "B"],
        sentiments: [
          { ticker: "A", sentiment: "bullish" },
          { ticker: "B", sentiment: "bearish" },
        ],
      },
      { input: { body: "y" }, tickers: ["C"], sentiments: [{ ticker: "C", sentiment: "neutral" }] },
    ]);
  });

  it("tells the formats apart by their header", () => {
    const first = (file: string, name = "a.csv") => readLabelledFile(name, file)?.[0];
    expect(first("body,label\nhm,-1\n")?.sentiments).toEqual([{ sentiment: "bearish" }]);
    expect(first("body,label,topic_ticker\nhm,neutral,AMC\n")?.sentiments).toEqual([
      { ticker: "AMC", sentiment: "neutral" },
    ]);
    expect(first("text,label\nhm,Due Diligence\n")?.reasoned).toBe(true);
    expect(first("text,sarcastic\nhm,0\n")?.sarcastic).toBe(false);
    const marked =
      '{"text":"buy $gme, apple","spans":[{"label":"ticker","text":"$gme"},{"label":"company","text":"apple"}]}';
    expect(first(marked, "a.jsonl")).toMatchObject({ tickers: ["GME"], alsoNamed: ["apple"] });
    expect(readLabelledFile("a.csv", "x,y\n1,2\n")).toBeUndefined();
    expect(readLabelledFile("a.md", "text")).toBeUndefined();
  });

  it.each(labelledFiles)("reads $name with all its columns", ({ name, text, examples }) => {
    const read = readLabelledFile(name, text)?.map(({ input, ...labels }) => ({ body: input.body, ...labels }));
    expect(read).toEqual(examples);
  });

  const recorded: [file: string, examples: number][] = [
    ["isarcasmeval_en.csv", 2420],
    ["stockemotions_stocktwits_2020.csv", 5015],
    ["tech_stock_tweets_manual_sentiment.csv", 1241],
    ["wsb_amc_comments_manual_sentiment.csv", 525],
    ["wsb_post_type_dd_yolo_discussion.csv", 103],
    ["wsb_posts_ticker_company_spans.jsonl", 334],
    ["wsb_top_posts_manual_sentiment.csv", 462],
  ];
  it.each(isRecorded("labels") ? recorded : [])("reads the recorded %s with %i examples", (file, examples) => {
    expect(readLabelledFile(file, readFileSync(join(recordings, "labels", file), "utf8"))).toHaveLength(examples);
  });
});

describe("scores", () => {
  const result = (
    expected: SentimentResult["expected"],
    found: SentimentResult["found"],
    confidence = 0.75,
  ): SentimentResult => ({ expected, found, confidence });

  it("counts precision, recall and F1, and none where there is nothing to count", () => {
    const counts = { hits: 3, falseAlarms: 1, misses: 2 };
    expect([precision(counts), recall(counts), f1(counts)]).toEqual([0.75, 0.6, 2 / 3]);
    const nothing = { hits: 0, falseAlarms: 0, misses: 0 };
    expect([precision(nothing), recall(nothing), f1(nothing)]).toEqual([null, null, null]);
  });

  it("averages F1 over the classes that are labelled", () => {
    // bullish: 1 hit, 1 miss → 2/3; bearish: 1 hit, 1 false alarm → 2/3; no neutral label.
    const results = [result("bullish", "bullish"), result("bullish", "bearish"), result("bearish", "bearish")];
    expect([...classScores(results)]).toEqual([
      ["bullish", 2 / 3],
      ["bearish", 2 / 3],
    ]);
    expect(macroF1(results)).toBeCloseTo(2 / 3, 12);
    expect(accuracy(results)).toBeCloseTo(2 / 3, 12);
  });

  it("measures how far confidence is from accuracy, by bins of a tenth", () => {
    // Bin 0.7: confidence 0.75, accuracy 1/2, off by 0.25; bin 0.9: confidence 1, accuracy 1. Together 2/3 · 0.25.
    const results = [
      result("bullish", "bullish"),
      result("bullish", "bearish"),
      result("bearish", "bearish", 1),
      result("bearish", undefined, 0),
    ];
    expect(calibrationError(results)).toBeCloseTo(1 / 6, 12);
  });
});
