import { describe, expect, it } from "vitest";
import {
  accuracyAfter,
  commentsByAuthor,
  continuedAccuracy,
  conviction,
  newAuthor,
  replayedAccuracy,
  withComments,
} from "../../../../lib/trading/authors/figures.ts";
import { commentOf } from "../../../support/seeds.ts";
import { settings } from "../../../support/trading.ts";

const ape = newAuthor("ape", new Date("2021-01-01T15:00:00Z"));

function results(...right: (boolean | null)[]) {
  return right.map((is_correct, index) => ({
    prediction_id: `p${index}`,
    author: "ape",
    ticker: "GME",
    resolved_at: `2021-01-0${index + 1}T15:00:00.000Z`,
    is_correct,
    simulated_pnl_cents: 0,
    trading_costs_cents: 0,
  }));
}

describe("an author's accuracy", () => {
  it("takes the first result as it is", () => {
    expect(accuracyAfter(null, results(true), settings)).toBe(1);
    expect(accuracyAfter(null, results(false), settings)).toBe(0);
  });

  it("goes 1.0, 1.0, 0.70, 0.79 after right, right, wrong, right", () => {
    const all = results(true, true, false, true);
    const steps = [1, 2, 3, 4].map((count) => accuracyAfter(null, all.slice(0, count), settings));
    expect(steps).toEqual([1, 1, 0.7, 0.79]);
  });

  it("goes on from what it is", () => {
    expect(accuracyAfter(0.5, results(true), settings)).toBe(0.65);
    expect(accuracyAfter(0.5, results(false), settings)).toBe(0.35);
    expect(accuracyAfter(0.5, [], settings)).toBe(0.5);
  });

  it("is not touched by excluded results", () => {
    expect(accuracyAfter(null, results(null), settings)).toBeNull();
    expect(accuracyAfter(0.8, results(null, null), settings)).toBe(0.8);
  });

  it("is replayed after an override, the new word in place of the old", () => {
    const history = results(true, false);
    const [, second] = history;
    if (second === undefined) throw new Error("two results");
    expect(replayedAccuracy(history, [], settings)).toBe(0.7);
    expect(replayedAccuracy(history, [{ ...second, is_correct: true }], settings)).toBe(1);
    expect(replayedAccuracy(results(null, false), [], settings)).toBe(0);
  });

  it("follows the time of resolution, then the id, whatever order the results come in", () => {
    const [first, second] = results(true, false);
    if (first === undefined || second === undefined) throw new Error("two results");
    expect(accuracyAfter(null, [second, first], settings)).toBe(0.7);
    const together = [
      { ...first, prediction_id: "b" },
      { ...second, prediction_id: "a", resolved_at: first.resolved_at },
    ];
    expect(accuracyAfter(null, together, settings)).toBe(0.3);
  });

  it("cannot go on where a result belongs before one that has been counted", () => {
    const author = { ...ape, avg_sentiment_accuracy: 0.5 };
    const [first, second, third] = results(true, false, true);
    if (first === undefined || second === undefined || third === undefined) throw new Error("three results");
    expect(continuedAccuracy(author, second, [third], settings)).toBe(0.65);
    expect(continuedAccuracy(author, undefined, [first], settings)).toBe(0.65);
    expect(continuedAccuracy(author, second, [first, third], settings)).toBeUndefined();
  });
});

describe("an author's figures", () => {
  const comment = commentOf("c1", { author: "ape", body: "x".repeat(250), ai_confidence: 0.8, score: 12 });
  const at = { runId: "R2", now: new Date("2021-01-31T15:00:00Z") };
  const counted = (author: typeof ape, comments: (typeof comment)[]) => withComments(author, comments, at, settings);

  it.each([
    { what: "250 characters with a reason at 0.8", changes: {}, is: 0.78 },
    { what: "500 characters", changes: { body: "x".repeat(500) }, is: 0.88 },
    { what: "5,000 characters", changes: { body: "x".repeat(5000) }, is: 0.88 },
    { what: "no reason", changes: { has_reasoning: false }, is: 0.58 },
    { what: "everything", changes: { body: "x".repeat(500), ai_confidence: 1 }, is: 1 },
    { what: "nothing", changes: { body: "", has_reasoning: false, ai_confidence: 0 }, is: 0 },
    { what: "nothing that is known", changes: { body: "", has_reasoning: null, ai_confidence: null }, is: 0 },
  ])("conviction of $what is $is", ({ changes, is }) => {
    expect(conviction({ ...comment, ...changes })).toBeCloseTo(is, 9);
  });

  it("start with the first comments", () => {
    // 0.78 and 0.58; trust is 0.4 × a half, 0.5 × the assumed accuracy of 0.5, and 0.1 for thirty days.
    expect(counted(ape, [comment, { ...comment, has_reasoning: false, score: -2 }])).toEqual({
      ...ape,
      total_comments: 2,
      high_quality_comments: 1,
      total_upvotes: 10,
      avg_conviction_score: 0.68,
      counted_run_id: "R2",
      last_active: "2021-01-31T15:00:00.000Z",
      trust_score: 0.55,
    });
  });

  it("grow with further ones, conviction as a running mean", () => {
    const before = { total_comments: 3, high_quality_comments: 1, total_upvotes: 5, avg_conviction_score: 0.5 };
    // (3 × 0.5 + 0.78) / 4
    expect(counted({ ...ape, ...before }, [comment])).toMatchObject({
      total_comments: 4,
      high_quality_comments: 2,
      total_upvotes: 17,
      avg_conviction_score: 0.57,
    });
    expect(counted({ ...ape, ...before }, [])).toMatchObject(before);
  });

  it("count earlier comments for nothing where no conviction is known", () => {
    const before = { ...ape, total_comments: 3, high_quality_comments: 1, total_upvotes: 5 };
    expect(counted(before, [comment])).toMatchObject({ total_comments: 4, avg_conviction_score: 0.78 });
    expect(counted(ape, [])).toMatchObject({ total_comments: 0, avg_conviction_score: null });
  });

  it("belong to one person each: deleted accounts have none", () => {
    const grouped = commentsByAuthor([comment, { ...comment, author: "[deleted]" }, { ...comment, author: "bear" }]);
    expect([...grouped.keys()]).toEqual(["ape", "bear"]);
  });
});
