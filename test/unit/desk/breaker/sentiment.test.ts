import { describe, expect, it } from "vitest";
import { defaultConfiguration, readConfiguration } from "../../../../lib/configuration/keys.ts";
import { type Reading, sentimentTrip } from "../../../../lib/desk/breaker/sentiment.ts";

const settings = readConfiguration(defaultConfiguration());
const calm: Reading = { symbol: "GME", score: 0.5, confidence: 0.9, earlier: [], texts: [] };
const trip = (more: Partial<Reading>) => sentimentTrip([calm, { ...calm, ...more }], settings);

describe("what is said of a symbol halts trading", () => {
  it.each([
    [-0.79, 0.9, undefined],
    [-0.8, 0.6, "negative_sentiment_spike"],
    [-0.8, 0.59, undefined],
    [-0.81, 1, "negative_sentiment_spike"],
  ])("at a score of %d with a confidence of %d", (score, confidence, reason) => {
    expect(trip({ score, confidence })?.reason).toBe(reason);
  });

  it.each([
    [-0.21, [-0.21], undefined],
    [-0.21, [-0.21, -0.21], "negative_sentiment_spike"],
    [-0.21, [-0.21, -0.2], undefined],
    [-0.2, [-0.21, -0.21], undefined],
    [-0.21, [-0.21, -0.3, 0.9], "negative_sentiment_spike"],
    [-0.21, [0.9, -0.21, -0.21], undefined],
  ])("three times in a row below -0.2: %d after %j", (score, earlier, reason) => {
    expect(trip({ score, earlier })?.reason).toBe(reason);
  });

  it.each([
    [-0.31, "They are under SEC investigation, I hear", "critical_news_event"],
    [-0.31, "This will CRASH.", "critical_news_event"],
    [-0.3, "This will crash.", undefined],
    [-0.31, "Laying asphalt", undefined],
    [-0.31, "The rally is over.", undefined],
  ])("by a word of the list with a score below -0.3: %d, %s", (score, text, reason) => {
    expect(trip({ score, texts: ["", text] })?.reason).toBe(reason);
  });

  it("with what was found", () => {
    expect(trip({ score: -0.912 })?.detail).toBe("GME is spoken of at -0.91, and -0.8 is the limit.");
    expect(trip({ score: -0.3, earlier: [-0.4, -0.5] })?.detail).toBe("GME was spoken of below -0.2 3 times in a row.");
    expect(trip({ score: -0.4, texts: ["A Fraud!"] })?.detail).toBe('GME is spoken of with "fraud".');
  });

  it("never where nothing was found", () => {
    expect(sentimentTrip([], settings)).toBeUndefined();
  });
});
