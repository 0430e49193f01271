import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { annotationSchema, MalformedReply, readAnnotation } from "../../../../lib/analysis/annotation/reply.ts";

const good = {
  tickers: ["GME"],
  ticker_sentiments: [{ ticker: "GME", sentiment: "bullish" }],
  sentiment: "bullish",
  sarcasm_detected: false,
  has_reasoning: true,
  confidence: 0.7,
  reasoning_summary: "short interest above the float",
};
const goodAnnotation = {
  ticker_sentiments: [{ ticker: "GME", sentiment: "bullish" }],
  sentiment: "bullish",
  sarcasm_detected: false,
  has_reasoning: true,
  ai_confidence: 0.7,
  reasoning_summary: "short interest above the float",
};

function read(changes: Record<string, unknown>) {
  return readAnnotation(JSON.stringify({ ...good, ...changes }));
}

describe("the form requested from the model", () => {
  it("is strict: seven required fields and no others, at both levels", () => {
    expect(z.toJSONSchema(annotationSchema)).toMatchObject({
      additionalProperties: false,
      required: [
        "tickers",
        "ticker_sentiments",
        "sentiment",
        "sarcasm_detected",
        "has_reasoning",
        "confidence",
        "reasoning_summary",
      ],
      properties: {
        ticker_sentiments: { items: { additionalProperties: false, required: ["ticker", "sentiment"] } },
        sentiment: { enum: ["bullish", "bearish", "neutral"] },
      },
    });
  });
});

describe("a usable reply", () => {
  it("is read as it stands", () => {
    expect(read({})).toEqual({ annotation: goodAnnotation, notes: [] });
  });

  it.each([
    { what: "a code fence", text: `\`\`\`json\n${JSON.stringify(good)}\n\`\`\`` },
    { what: "a bare fence", text: `\`\`\`\n${JSON.stringify(good, null, 2)}\`\`\`` },
    { what: "text around it", text: `Sure! Here it is:\n${JSON.stringify(good)}\nAnything else?` },
    { what: "a fence and braces in the text", text: `{note}\n\`\`\`json\n${JSON.stringify(good)}\n\`\`\`\n{end}` },
    { what: "white space", text: `\n\n ${JSON.stringify(good)} \n` },
  ])("is found within $what", ({ text }) => {
    expect(readAnnotation(text)).toEqual({ annotation: goodAnnotation, notes: [] });
  });

  it("may have extra fields, which are ignored", () => {
    expect(read({ mood: "great", __proto__: { sentiment: "bearish" } }).annotation).toEqual(goodAnnotation);
    const extra = [{ ticker: "GME", sentiment: "bullish", why: "x" }];
    expect(read({ ticker_sentiments: extra }).annotation).toEqual(goodAnnotation);
  });

  it("may write sentiments in any letter case", () => {
    const changed = { sentiment: "BULLISH", ticker_sentiments: [{ ticker: "GME", sentiment: " Bullish" }] };
    expect(read(changed)).toEqual({ annotation: goodAnnotation, notes: [] });
  });

  it.each([
    { given: 1.4, confidence: 1 },
    { given: -0.2, confidence: 0 },
    { given: 85, confidence: 1 },
  ])("with confidence $given is clamped to $confidence, with a debug note of the original", ({ given, confidence }) => {
    const { annotation, notes } = read({ confidence: given });
    expect(annotation.ai_confidence).toBe(confidence);
    expect(notes).toEqual([{ level: "debug", text: `confidence ${given} clamped to ${confidence}` }]);
  });

  it.each([0, 1, 0.5])("with confidence %s is not clamped", (confidence) => {
    expect(read({ confidence })).toMatchObject({ annotation: { ai_confidence: confidence }, notes: [] });
  });

  it("loses a summary that has no reasoning, with a warning", () => {
    const { annotation, notes } = read({ has_reasoning: false });
    expect(annotation).toMatchObject({ has_reasoning: false, reasoning_summary: null });
    expect(notes).toEqual([{ level: "warn", text: "a reasoning summary without reasoning was dropped" }]);
  });

  it.each([
    { given: null, summary: null },
    { given: "  ", summary: null },
    { given: { why: "squeeze" }, summary: '{"why":"squeeze"}' },
    { given: ["a", "b"], summary: '["a","b"]' },
    { given: 42, summary: "42" },
    { given: "x".repeat(600), summary: "x".repeat(500) },
    { given: "a\u202eb\u0000c", summary: "abc" },
  ])("with summary $given keeps $summary", ({ given, summary }) => {
    expect(read({ reasoning_summary: given }).annotation.reasoning_summary).toBe(summary);
  });

  it("may be about no ticker", () => {
    expect(read({ tickers: [], ticker_sentiments: [], sentiment: "neutral" })).toMatchObject({
      annotation: { ticker_sentiments: [], sentiment: "neutral" },
      notes: [],
    });
  });

  it("has its tickers in upper case, without the dollar sign", () => {
    const changed = { tickers: [" $gme"], ticker_sentiments: [{ ticker: "Gme ", sentiment: "bullish" }] };
    expect(read(changed)).toEqual({ annotation: goodAnnotation, notes: [] });
  });

  it("may give the sentiments as a flat list of the same length, paired by position", () => {
    expect(read({ tickers: ["GME", "AMC"], ticker_sentiments: ["bearish", "NEUTRAL"] })).toMatchObject({
      annotation: {
        ticker_sentiments: [
          { ticker: "GME", sentiment: "bearish" },
          { ticker: "AMC", sentiment: "neutral" },
        ],
      },
      notes: [],
    });
  });

  it.each([
    {
      what: "a ticker without an entry takes the overall sentiment",
      tickers: ["GME", "AMC"],
      entries: [{ ticker: "AMC", sentiment: "bearish" }],
      result: ["GME bullish", "AMC bearish"],
    },
    {
      what: "an entry without a ticker is dropped",
      tickers: ["AMC"],
      entries: [
        { ticker: "GME", sentiment: "bullish" },
        { ticker: "AMC", sentiment: "bearish" },
      ],
      result: ["AMC bearish"],
    },
    {
      what: "equally long lists of different tickers are paired by ticker too",
      tickers: ["GME"],
      entries: [{ ticker: "AMC", sentiment: "bearish" }],
      result: ["GME bullish"],
    },
    {
      what: "a flat list of another length says nothing of any ticker",
      tickers: ["GME", "AMC"],
      entries: ["bearish"],
      result: ["GME bullish", "AMC bullish"],
    },
    {
      what: "of two entries for a ticker the first counts",
      tickers: ["GME"],
      entries: [
        { ticker: "GME", sentiment: "bearish" },
        { ticker: "gme", sentiment: "neutral" },
      ],
      result: ["GME bearish"],
    },
  ])("$what, with a warning", ({ tickers, entries, result }) => {
    const { annotation, notes } = read({ tickers, ticker_sentiments: entries });
    expect(annotation.ticker_sentiments.map(({ ticker, sentiment }) => `${ticker} ${sentiment}`)).toEqual(result);
    expect(notes).toMatchObject([{ level: "warn" }]);
  });

  it("names a repeated ticker once", () => {
    const changed = {
      tickers: ["GME", "gme"],
      ticker_sentiments: [
        { ticker: "GME", sentiment: "bullish" },
        { ticker: "GME", sentiment: "bearish" },
      ],
    };
    expect(read(changed).annotation.ticker_sentiments).toEqual([{ ticker: "GME", sentiment: "bullish" }]);
  });
});

describe("a malformed reply", () => {
  it.each([
    "",
    "no JSON at all",
    "{",
    "[]",
    "null",
    '"text"',
    JSON.stringify([good]),
    JSON.stringify(good).replace("0.7", "NaN"),
    JSON.stringify(good).replace("0.7", "Infinity"),
    JSON.stringify(good).replace("0.7", "1e999"),
    JSON.stringify(good).replace("0.7", "-1e999"),
    `${JSON.stringify(good)} `.padEnd(20_001, " "),
  ])("%.60s", (text) => {
    expect(() => readAnnotation(text)).toThrow(MalformedReply);
  });

  it.each(Object.keys(good))("without %s", (field) => {
    expect(() => read({ [field]: undefined })).toThrow(new RegExp(`^${field}: `));
  });

  it.each([
    { sentiment: "very bullish" },
    { sentiment: null },
    { confidence: "0.7" },
    { confidence: null },
    { tickers: "GME" },
    { tickers: [1] },
    { tickers: null },
    { ticker_sentiments: {} },
    { ticker_sentiments: ["up"] },
    { ticker_sentiments: [{ ticker: "GME" }] },
    { ticker_sentiments: [{ ticker: "GME", sentiment: "up" }] },
    { ticker_sentiments: ["bullish", { ticker: "GME", sentiment: "bullish" }] },
    { sarcasm_detected: "false" },
    { has_reasoning: 1 },
  ])("with %j", (changes) => {
    expect(() => read(changes)).toThrow(MalformedReply);
  });

  it("nested ten thousand levels deep", () => {
    const deep = `${"[".repeat(9_000)}${"]".repeat(9_000)}`;
    try {
      readAnnotation(JSON.stringify(good).replace('"short interest above the float"', deep));
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedReply);
    }
  });

  it("is the only thing that is ever thrown", () => {
    const anyReply = fc.record({
      tickers: fc.anything(),
      ticker_sentiments: fc.anything(),
      sentiment: fc.constantFrom("bullish", "up", null),
      sarcasm_detected: fc.boolean(),
      has_reasoning: fc.boolean(),
      confidence: fc.anything(),
      reasoning_summary: fc.anything(),
    });
    const anyText = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      anyReply.map((reply) => JSON.stringify(reply, jsonSafe)),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          readAnnotation(text);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedReply);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("any reply of the right types", () => {
  it("is read, each ticker once, within its ranges", () => {
    const ticker = fc.constantFrom("GME", "gme", "$AMC", " BB ", "", "TSLA");
    const sentiment = fc.constantFrom("bullish", "Bearish", "NEUTRAL");
    const reply = fc.record({
      tickers: fc.array(ticker),
      ticker_sentiments: fc.oneof(fc.array(fc.record({ ticker, sentiment })), fc.array(sentiment)),
      sentiment,
      sarcasm_detected: fc.boolean(),
      has_reasoning: fc.boolean(),
      confidence: fc.double({ noNaN: true, noDefaultInfinity: true }),
      reasoning_summary: fc.option(fc.string({ unit: "binary" })),
    });
    fc.assert(
      fc.property(reply, (given) => {
        const { annotation } = readAnnotation(JSON.stringify(given));
        const tickers = annotation.ticker_sentiments.map((each) => each.ticker);
        const named = given.tickers
          .map((each) => each.replace(/[$ ]/g, "").toUpperCase())
          .filter((each) => each !== "");
        expect(tickers).toEqual([...new Set(named)]);
        expect(annotation.ai_confidence).toBeGreaterThanOrEqual(0);
        expect(annotation.ai_confidence).toBeLessThanOrEqual(1);
        if (!annotation.has_reasoning) expect(annotation.reasoning_summary).toBeNull();
      }),
    );
  });
});

function jsonSafe(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
