import { describe, expect, it } from "vitest";
import { defaultConfiguration, readConfiguration } from "../../lib/analysis/configuration.ts";
import { type AuthorRecord, authorTrust } from "../../lib/analysis/trust.ts";

const settings = readConfiguration(defaultConfiguration());
const now = new Date("2021-01-27T15:00:00Z");

function author(changes: Partial<AuthorRecord>): AuthorRecord {
  return {
    username: "amy",
    totalComments: 0,
    highQualityComments: 0,
    avgSentimentAccuracy: null,
    firstSeen: now,
    ...changes,
  };
}

function daysAgo(days: number): Date {
  return new Date(now.getTime() - days * 86_400_000);
}

describe("author trust", () => {
  it.each([
    { what: "known, nothing else", record: author({}), trust: 0.25 },
    { what: "1 of 1 good, new today", record: author({ totalComments: 1, highQualityComments: 1 }), trust: 0.65 },
    {
      what: "18 of 23, accuracy 0.68, 45 days",
      record: author({
        totalComments: 23,
        highQualityComments: 18,
        avgSentimentAccuracy: 0.68,
        firstSeen: daysAgo(45),
      }),
      trust: 0.753,
    },
    {
      what: "5 of 45, accuracy 0.32, 60 days",
      record: author({ totalComments: 45, highQualityComments: 5, avgSentimentAccuracy: 0.32, firstSeen: daysAgo(60) }),
      trust: 0.304,
    },
    { what: "accuracy 0 is not unknown", record: author({ avgSentimentAccuracy: 0 }), trust: 0 },
    { what: "half of the tenure", record: author({ firstSeen: daysAgo(15) }), trust: 0.3 },
    { what: "the whole tenure", record: author({ firstSeen: daysAgo(30) }), trust: 0.35 },
    { what: "seen 23 hours ago", record: author({ firstSeen: daysAgo(23 / 24) }), trust: 0.25 },
    { what: "seen in the future of a replay", record: author({ firstSeen: daysAgo(-90) }), trust: 0.25 },
    { what: "unknown", record: null, trust: 0.5 },
    { what: "[deleted], whatever is stored", record: author({ username: "[deleted]", totalComments: 9 }), trust: 0.5 },
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
    expect(authorTrust(author({ firstSeen: daysAgo(5) }), now, tuned)).toBe(0.65);
  });
});
