import { describe, expect, it } from "vitest";
import {
  accuracyAfter,
  addComments,
  commentsByAuthor,
  conviction,
  nextAccuracy,
} from "../../../../lib/trading/authors/accuracy.ts";
import { settings } from "../../../support/trading.ts";

function results(...right: (boolean | null)[]) {
  return right.map((is_correct, index) => ({
    id: `p${index}`,
    resolved_at: `2021-01-0${index + 1}T15:00:00.000Z`,
    is_correct,
  }));
}

describe("an author's accuracy", () => {
  it("takes the first result as it is", () => {
    expect(nextAccuracy(null, true, settings)).toBe(1);
    expect(nextAccuracy(null, false, settings)).toBe(0);
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

  it("is replayed after an override", () => {
    // 1, then 0.7, and with the second one's result reversed 1, 1.
    expect(accuracyAfter(null, results(true, false), settings)).toBe(0.7);
    expect(accuracyAfter(null, results(true, true), settings)).toBe(1);
    expect(accuracyAfter(null, results(null, false), settings)).toBe(0);
  });

  it("follows the time of resolution, then the id, whatever order the results come in", () => {
    const [first, second] = results(true, false);
    if (first === undefined || second === undefined) throw new Error("two results");
    expect(accuracyAfter(null, [second, first], settings)).toBe(0.7);
    const together = [
      { ...first, id: "b" },
      { ...second, id: "a", resolved_at: first.resolved_at },
    ];
    expect(accuracyAfter(null, together, settings)).toBe(0.3);
  });
});

describe("an author's figures", () => {
  const comment = { author: "ape", length: 250, has_reasoning: true, ai_confidence: 0.8, score: 12 };

  it.each([
    { what: "250 characters with a reason at 0.8", changes: {}, is: 0.78 },
    { what: "500 characters", changes: { length: 500 }, is: 0.88 },
    { what: "5,000 characters", changes: { length: 5000 }, is: 0.88 },
    { what: "no reason", changes: { has_reasoning: false }, is: 0.58 },
    { what: "everything", changes: { length: 500, ai_confidence: 1 }, is: 1 },
    { what: "nothing", changes: { length: 0, has_reasoning: false, ai_confidence: 0 }, is: 0 },
  ])("conviction of $what is $is", ({ changes, is }) => {
    expect(conviction({ ...comment, ...changes })).toBeCloseTo(is, 9);
  });

  it("start with the first comments", () => {
    // 0.78 and 0.58
    expect(addComments(null, [comment, { ...comment, has_reasoning: false, score: -2 }])).toEqual({
      total_comments: 2,
      high_quality_comments: 1,
      total_upvotes: 10,
      avg_conviction_score: 0.68,
    });
  });

  it("grow with further ones, conviction as a running mean", () => {
    const before = { total_comments: 3, high_quality_comments: 1, total_upvotes: 5, avg_conviction_score: 0.5 };
    // (3 × 0.5 + 0.78) / 4
    expect(addComments(before, [comment])).toEqual({
      total_comments: 4,
      high_quality_comments: 2,
      total_upvotes: 17,
      avg_conviction_score: 0.57,
    });
    expect(addComments(before, [])).toEqual(before);
  });

  it("count earlier comments for nothing where no conviction is known", () => {
    const before = { total_comments: 3, high_quality_comments: 1, total_upvotes: 5, avg_conviction_score: null };
    expect(addComments(before, [comment])).toMatchObject({ total_comments: 4, avg_conviction_score: 0.78 });
    expect(addComments(null, [])).toMatchObject({ total_comments: 0, avg_conviction_score: null });
  });

  it("belong to one person each: deleted accounts have none", () => {
    const grouped = commentsByAuthor([comment, { ...comment, author: "[deleted]" }, { ...comment, author: "bear" }]);
    expect([...grouped.keys()]).toEqual(["ape", "bear"]);
  });
});
