import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sentiment } from "../../../../lib/analysis/comments/sentiment.ts";
import { alignmentTerm, volumeTerm } from "../../../../lib/analysis/signals/confidence.ts";
import { detectEmergence } from "../../../../lib/analysis/signals/emergence.ts";
import { signalsOfTicker, type TickerMention } from "../../../../lib/analysis/signals/rules.ts";
import { defaultConfiguration, readConfiguration } from "../../../../lib/configuration/keys.ts";

const settings = readConfiguration(defaultConfiguration());

let serial = 0;
function mention(changes: Partial<TickerMention> = {}): TickerMention {
  serial += 1;
  return {
    id: `c${serial}`,
    author: `u${serial}`,
    sentiment: "bullish",
    has_reasoning: true,
    sarcasm_detected: false,
    ai_confidence: 0.6,
    author_trust_score: 0,
    created_utc: "2021-01-27T15:00:00.000Z",
    ...changes,
  };
}

/** Mentions without reasons, so that only consensus can fire. */
function crowd(
  counts: Partial<Record<Sentiment, number>>,
  users: number,
  changes: Partial<TickerMention> = {},
): TickerMention[] {
  const sentiments = (["bullish", "bearish", "neutral"] as const).flatMap((sentiment) =>
    Array.from({ length: counts[sentiment] ?? 0 }, () => sentiment),
  );
  return sentiments.map((sentiment, index) =>
    mention({ sentiment, has_reasoning: false, author: `user${index % users}`, ...changes }),
  );
}

function detect(mentions: TickerMention[]) {
  return signalsOfTicker("GME", mentions, settings);
}

describe("terms of the confidence", () => {
  it.each([
    { reached: 4, minimum: 2, term: 0.666667 },
    { reached: 45, minimum: 30, term: 0.5 },
    { reached: 6, minimum: 2, term: 1 },
    { reached: 7, minimum: 2, term: 1 },
  ])("volume of $reached with a minimum of $minimum is $term", ({ reached, minimum, term }) => {
    expect(volumeTerm(reached, minimum)).toBeCloseTo(term, 6);
  });

  it.each([
    { alignment: 0.85, minimum: 0.7, term: 0.5 },
    { alignment: 0.7, minimum: 0.7, term: 0 },
    { alignment: 1, minimum: 0.7, term: 1 },
    { alignment: 0.6, minimum: 0.7, term: 0 },
    { alignment: 1, minimum: 1, term: 1 },
  ])("alignment $alignment with a minimum of $minimum is $term", ({ alignment, minimum, term }) => {
    expect(alignmentTerm(alignment, minimum)).toBeCloseTo(term, 6);
  });
});

describe("a quality signal", () => {
  it("fires for two people with reasons in one direction, at 0.513 when everything is minimal", () => {
    const [first, second] = [
      mention({ created_utc: "2021-01-27T14:00:00.000Z" }),
      mention({ created_utc: "2021-01-27T16:00:00.000Z" }),
    ];
    expect(detect([first, second])).toEqual([
      {
        ticker: "GME",
        signal_type: "quality",
        prediction: "bullish",
        confidence: 0.513333,
        comment_count: 2,
        distinct_users: 2,
        has_reasoning: true,
        sentiment_score: 1,
        comment_ids: [second.id, first.id],
      },
    ]);
  });

  it("weighs users, AI confidence and trust, trust 0.5 where it is unknown", () => {
    const mentions = [
      mention({ ai_confidence: 0.9, author_trust_score: 0.7 }),
      mention({ ai_confidence: 0.8, author_trust_score: null }),
      mention({ ai_confidence: 0.7, author_trust_score: 0.3 }),
      mention({ ai_confidence: 0.6, author_trust_score: 0.5 }),
    ];
    // 4/6 × 0.25 + 0.25 + 0.75 × 0.30 + 0.5 × 0.20
    expect(detect(mentions)).toMatchObject([{ confidence: 0.741667 }]);
  });

  it("predicts down where all reasons point down", () => {
    const bearish = [mention({ sentiment: "bearish" }), mention({ sentiment: "bearish" })];
    expect(detect(bearish)).toMatchObject([{ prediction: "bearish", sentiment_score: -1 }]);
  });

  it.each([
    { users: 1, fires: false },
    { users: 2, fires: true },
    { users: 3, fires: true },
  ])("with $users distinct users fires: $fires", ({ users, fires }) => {
    const mentions = Array.from({ length: 6 }, (_, index) => mention({ author: `user${index % users}` }));
    expect(detect(mentions)).toHaveLength(fires ? 1 : 0);
  });

  it.each([
    { what: "confidence just below 0.6", changes: { ai_confidence: 0.599999 }, fires: false },
    { what: "confidence of exactly 0.6", changes: { ai_confidence: 0.6 }, fires: true },
    { what: "confidence above 0.6", changes: { ai_confidence: 0.600001 }, fires: true },
    { what: "sarcasm", changes: { sarcasm_detected: true }, fires: false },
    { what: "no reasons", changes: { has_reasoning: false }, fires: false },
    { what: "a neutral view", changes: { sentiment: "neutral" as const }, fires: false },
  ])("with a second comment of $what fires: $fires", ({ changes, fires }) => {
    expect(detect([mention(), mention(changes)])).toHaveLength(fires ? 1 : 0);
  });

  it("is prevented by one dissenting comment that qualifies, and by no other", () => {
    const two = [mention(), mention()];
    expect(detect([...two, mention({ sentiment: "bearish" })])).toEqual([]);
    for (const changes of [{ sarcasm_detected: true }, { has_reasoning: false }, { ai_confidence: 0.5 }]) {
      expect(detect([...two, mention({ sentiment: "bearish", ...changes })])).toMatchObject([
        { signal_type: "quality", comment_count: 2, sentiment_score: 0.333333 },
      ]);
    }
  });

  it("is not touched by neutral comments with reasons, except for its sentiment score", () => {
    const mentions = [mention(), mention(), mention({ sentiment: "neutral" }), mention({ sentiment: "neutral" })];
    expect(detect(mentions)).toMatchObject([{ comment_count: 2, distinct_users: 2, sentiment_score: 0.5 }]);
  });

  it("does not count deleted accounts as people, but does count their comments", () => {
    const deleted = [mention({ author: "[deleted]" }), mention({ author: "[deleted]" })];
    expect(detect(deleted)).toEqual([]);
    expect(detect([...deleted, mention()])).toEqual([]);
    expect(detect([...deleted, mention(), mention()])).toMatchObject([{ comment_count: 4, distinct_users: 2 }]);
    expect(detect([mention(), mention(), mention({ author: "[deleted]", sentiment: "bearish" })])).toEqual([]);
  });
});

describe("a consensus signal", () => {
  it("fires at exactly 30 comments, 8 users, alignment 0.7, at about 0.33", () => {
    const mentions = crowd({ bullish: 21, bearish: 9 }, 8, { ai_confidence: 0.5, author_trust_score: 0.5 });
    expect(detect(mentions)).toMatchObject([
      {
        signal_type: "consensus",
        prediction: "bullish",
        // 30/90 × 0.25 + 0 + 0.5 × 0.30 + 0.5 × 0.20
        confidence: 0.333333,
        comment_count: 30,
        distinct_users: 8,
        has_reasoning: false,
        sentiment_score: 0.4,
      },
    ]);
  });

  it("weighs volume and alignment", () => {
    const mentions = crowd({ bearish: 51, bullish: 9 }, 20, { ai_confidence: 0.5, author_trust_score: null });
    // 60/90 × 0.25 + (0.85 − 0.7)/0.3 × 0.25 + 0.15 + 0.10
    expect(detect(mentions)).toMatchObject([{ prediction: "bearish", confidence: 0.541667, sentiment_score: -0.7 }]);
  });

  it.each([
    { comments: 29, fires: false },
    { comments: 30, fires: true },
    { comments: 31, fires: true },
  ])("with $comments comments fires: $fires", ({ comments, fires }) => {
    expect(detect(crowd({ bullish: comments, neutral: 20 }, 10))).toHaveLength(fires ? 1 : 0);
  });

  it.each([
    { users: 7, fires: false },
    { users: 8, fires: true },
    { users: 9, fires: true },
  ])("with $users users fires: $fires", ({ users, fires }) => {
    expect(detect(crowd({ bullish: 40 }, users))).toHaveLength(fires ? 1 : 0);
  });

  it.each([
    { bullish: 69, bearish: 31, fires: false },
    { bullish: 70, bearish: 30, fires: true },
    { bullish: 71, bearish: 29, fires: true },
    { bullish: 30, bearish: 70, fires: true },
    { bullish: 50, bearish: 50, fires: false },
  ])("with $bullish up and $bearish down fires: $fires", ({ bullish, bearish, fires }) => {
    expect(detect(crowd({ bullish, bearish }, 20))).toHaveLength(fires ? 1 : 0);
  });

  it("does not fire for neutral comments, however many", () => {
    expect(detect(crowd({ neutral: 500 }, 100))).toEqual([]);
    expect(detect([])).toEqual([]);
  });

  it("keeps the comments of both directions, newest first, undated last, and not the neutral ones", () => {
    const mentions = [
      ...crowd({ bullish: 30 }, 8),
      mention({ id: "new", created_utc: "2021-01-27T18:00:00.000Z", sentiment: "bearish", has_reasoning: false }),
      mention({ id: "undated", created_utc: null, has_reasoning: false }),
      mention({ id: "neutral", sentiment: "neutral" }),
    ];
    const [signal] = detect(mentions);
    expect(signal).toMatchObject({ comment_count: 32 });
    expect(signal?.comment_ids.at(0)).toBe("new");
    expect(signal?.comment_ids.at(-1)).toBe("undated");
    expect(signal?.comment_ids).not.toContain("neutral");
  });

  it("does not count deleted accounts as people", () => {
    const deleted = crowd({ bullish: 30 }, 1, { author: "[deleted]" });
    expect(detect([...deleted, ...crowd({ bullish: 7 }, 7)])).toEqual([]);
    expect(detect([...deleted, ...crowd({ bullish: 8 }, 8)])).toMatchObject([{ comment_count: 38, distinct_users: 8 }]);
  });

  it("may stand beside a quality signal of the opposite direction", () => {
    const bears = [mention({ sentiment: "bearish" }), mention({ sentiment: "bearish" })];
    expect(detect([...crowd({ bullish: 60 }, 10), ...bears])).toMatchObject([
      { signal_type: "quality", prediction: "bearish" },
      { signal_type: "consensus", prediction: "bullish", has_reasoning: true },
    ]);
  });
});

describe("any signal", () => {
  it("has a confidence within [0, 1] and does not depend on the order of the comments", () => {
    const mentions = fc
      .array(
        fc.record({
          author: fc.constantFrom("[deleted]", ..."abcdefghij"),
          sentiment: fc.constantFrom<Sentiment>("bullish", "bullish", "bullish", "bearish", "neutral"),
          has_reasoning: fc.boolean(),
          sarcasm_detected: fc.boolean(),
          ai_confidence: fc.double({ min: 0, max: 1, noNaN: true }),
          author_trust_score: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
          created_utc: fc.constantFrom(null, "2021-01-27T15:00:00.000Z", "2021-01-27T16:00:00.000Z"),
        }),
        { maxLength: 120 },
      )
      .map((all): TickerMention[] => all.map((each, index) => ({ ...each, id: `c${index}` })));
    fc.assert(
      fc.property(mentions, (all) => {
        const signals = detect(all);
        for (const signal of signals) {
          expect(signal.confidence).toBeGreaterThanOrEqual(0);
          expect(signal.confidence).toBeLessThanOrEqual(1);
          expect(signal.comment_ids).toHaveLength(signal.comment_count);
          expect(Math.abs(signal.sentiment_score)).toBeLessThanOrEqual(1);
        }
        expect(detect(all.toReversed())).toEqual(signals);
      }),
    );
  });
});

describe("emergence", () => {
  const started = { ...settings, system_start_date: "2021-01-01" };
  function people(mentions: number, users: number) {
    return Array.from({ length: mentions }, (_, index) => ({ author: `user${index % users}` }));
  }

  it.each([
    { prior: 2, mentions: 13, users: 8, emerging: true },
    { prior: 3, mentions: 13, users: 8, emerging: false },
    { prior: 0, mentions: 12, users: 8, emerging: false },
    { prior: 0, mentions: 14, users: 8, emerging: true },
    { prior: 0, mentions: 13, users: 7, emerging: false },
    { prior: 0, mentions: 13, users: 9, emerging: true },
  ])("$prior before, $mentions by $users now: $emerging", ({ prior, mentions, users, emerging }) => {
    const input = { signalDate: "2021-01-27", priorMentions: prior, mentions: people(mentions, users) };
    expect(detectEmergence(input, started)).toEqual({ is_emergence: emerging, prior_7d_mentions: prior });
  });

  it("does not count deleted accounts as people", () => {
    const mentions = [...people(13, 7), { author: "[deleted]" }];
    const input = { signalDate: "2021-01-27", priorMentions: 0, mentions };
    expect(detectEmergence(input, started).is_emergence).toBe(false);
  });

  it.each([
    { start: null, day: "2021-01-27", emerging: null },
    { start: "2021-01-27", day: "2021-01-27", emerging: null },
    { start: "2021-01-21", day: "2021-01-27", emerging: null },
    { start: "2021-01-20", day: "2021-01-27", emerging: true },
    { start: "2021-01-19", day: "2021-01-27", emerging: true },
    { start: "2021-03-10", day: "2021-03-16", emerging: null },
    { start: "2021-03-10", day: "2021-03-17", emerging: true },
  ])("started $start, on $day: $emerging", ({ start, day, emerging }) => {
    const input = { signalDate: day, priorMentions: 1, mentions: people(20, 10) };
    expect(detectEmergence(input, { ...settings, system_start_date: start })).toEqual({
      is_emergence: emerging,
      prior_7d_mentions: 1,
    });
  });
});
