import { describe, expect, it } from "vitest";
import { authorTrust, type TrustedAuthor } from "../../../../lib/analysis/authors/trust.ts";
import { defaultConfiguration, readConfiguration } from "../../../../lib/configuration/keys.ts";

const settings = readConfiguration(defaultConfiguration());
const now = new Date("2021-01-27T15:00:00Z");

function author(changes: Partial<TrustedAuthor>): TrustedAuthor {
  return {
    username: "amy",
    total_comments: 0,
    high_quality_comments: 0,
    avg_sentiment_accuracy: null,
    first_seen: now.toISOString(),
    ...changes,
  };
}

function daysAgo(days: number): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString();
}

describe("author trust", () => {
  it.each([
    { what: "known, nothing else", record: author({}), trust: 0.25 },
    { what: "1 of 1 good, new today", record: author({ total_comments: 1, high_quality_comments: 1 }), trust: 0.65 },
    {
      what: "18 of 23, accuracy 0.68, 45 days",
      record: author({
        total_comments: 23,
        high_quality_comments: 18,
        avg_sentiment_accuracy: 0.68,
        first_seen: daysAgo(45),
      }),
      trust: 0.753,
    },
    {
      what: "5 of 45, accuracy 0.32, 60 days",
      record: author({
        total_comments: 45,
        high_quality_comments: 5,
        avg_sentiment_accuracy: 0.32,
        first_seen: daysAgo(60),
      }),
      trust: 0.304,
    },
    { what: "accuracy 0 is not unknown", record: author({ avg_sentiment_accuracy: 0 }), trust: 0 },
    { what: "half of the tenure", record: author({ first_seen: daysAgo(15) }), trust: 0.3 },
    { what: "the whole tenure", record: author({ first_seen: daysAgo(30) }), trust: 0.35 },
    { what: "seen 23 hours ago", record: author({ first_seen: daysAgo(23 / 24) }), trust: 0.25 },
    { what: "seen in the future of a replay", record: author({ first_seen: daysAgo(-90) }), trust: 0.25 },
    { what: "unknown", record: null, trust: 0.5 },
    { what: "[deleted], whatever is stored", record: author({ username: "[deleted]", total_comments: 9 }), trust: 0.5 },
  ])("$what: $trust", ({ record, trust }) => {
    expect(authorTrust(record, now, settings)).toBe(trust);
  });

  it("takes weights, default accuracy and saturation from the configuration", () => {
    const tuned = {
      trust_weight_quality: 0,
      trust_weight_accuracy: 0.5,
      trust_weight_tenure: 0.5,
      trust_default_accuracy: 0.8,
      trust_tenure_saturation_days: 10,
    };
    expect(authorTrust(author({ first_seen: daysAgo(5) }), now, tuned)).toBe(0.65);
  });
});
