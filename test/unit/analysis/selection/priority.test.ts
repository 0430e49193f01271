import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  depthPenalty,
  engagement,
  financialScore,
  type PriorityInput,
  type PriorityWeights,
  prioritize,
  selectByPriority,
} from "../../../../lib/analysis/selection/priority.ts";

const weights: PriorityWeights = [0.4, 0.3, 0.3];

function comment(changes: Partial<PriorityInput>): PriorityInput {
  return { id: "c1", body: "", score: 0, depth: 0, directReplyCount: 0, authorTrust: 0.5, ...changes };
}

describe("financial score", () => {
  it.each([
    { body: "", score: 0 },
    { body: "   \n ", score: 0 },
    { body: "to the moon with diamond hands, tendies and YOLO", score: 0 },
    { body: "calls", score: 1 },
    {
      body: "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen puts",
      score: 0.5,
    },
    { body: "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m earnings", score: 0.25 },
    { body: `${"w ".repeat(98)}implied volatility`, score: 0.1 },
    { body: `${"w ".repeat(98)}Due\nDiligence`, score: 0.1 },
    { body: `${"w ".repeat(98)}high P/E`, score: 0.1 },
    { body: `${"w ".repeat(98)}SHORT, (long)`, score: 0.2 },
    { body: `${"w ".repeat(98)}shorting longer`, score: 0 },
    { body: `${"w ".repeat(98)}calls2 putsé`, score: 0 },
    { body: `${"w ".repeat(98)}implied gains`, score: 0 },
    { body: `${"w ".repeat(98)}dd iv`, score: 0.2 },
  ])("$score", ({ body, score }) => {
    expect(financialScore(body)).toBeCloseTo(score, 12);
  });
});

describe("engagement", () => {
  it.each([
    { score: 0, replies: 5, value: 0 },
    { score: 100, replies: 0, value: 0 },
    { score: -50, replies: 3, value: 0 },
    { score: 1, replies: 3, value: 2.079442 },
    { score: 99, replies: 2, value: 9.21034 },
  ])("of $score points and $replies replies is $value", ({ score, replies, value }) => {
    expect(engagement(score, replies)).toBeCloseTo(value, 5);
  });
});

describe("depth penalty", () => {
  it.each([
    [0, 0],
    [1, 0.05],
    [5, 0.25],
    [6, 0.3],
    [7, 0.3],
    [100, 0.3],
  ])("of depth %d is %d", (depth, penalty) => {
    expect(depthPenalty(depth)).toBeCloseTo(penalty, 12);
  });
});

describe("priority of a run's comments", () => {
  it("weighs financial score, trust and normalised engagement and takes off the depth", () => {
    const scored = prioritize(
      [
        comment({ id: "top", body: "calls", score: 99, directReplyCount: 2, authorTrust: 0.8 }),
        comment({ id: "half", score: 9, directReplyCount: 2, depth: 2 }),
        comment({ id: "none", authorTrust: 0.1, depth: 6 }),
      ],
      weights,
    );
    // 0.4 + 0.24 + 0.3; 0.15 + 0.5 × 0.3 − 0.1; 0.03 − 0.3 is below zero
    expect(scored.map((each) => each.engagementNormalized)).toEqual([1, 0.5, 0]);
    expect(scored[0]?.priorityScore).toBeCloseTo(0.94, 12);
    expect(scored[1]?.priorityScore).toBeCloseTo(0.2, 12);
    expect(scored[2]?.priorityScore).toBe(0);
  });

  it("normalises to 0 where all engagements are equal", () => {
    const scored = prioritize(
      [comment({ score: 9, directReplyCount: 1 }), comment({ score: 9, directReplyCount: 1 })],
      weights,
    );
    expect(scored.map((each) => each.engagementNormalized)).toEqual([0, 0]);
    expect(prioritize([], weights)).toEqual([]);
  });

  it("takes the weights it is given", () => {
    const [scored] = prioritize([comment({ body: "calls", authorTrust: 0.5 })], [0, 1, 0]);
    expect(scored?.priorityScore).toBe(0.5);
  });
});

describe("selection of a post's comments", () => {
  const scored = [
    { id: "b", priorityScore: 0.5 },
    { id: "a", priorityScore: 0.5 },
    { id: "d", priorityScore: 0.9 },
    { id: "c", priorityScore: 0.1 },
  ];

  it("keeps the highest, the smaller id first among equals", () => {
    expect(selectByPriority(scored, 3).map((each) => each.id)).toEqual(["d", "a", "b"]);
    expect(selectByPriority(scored, 2).map((each) => each.id)).toEqual(["d", "a"]);
    expect(selectByPriority(scored, 50)).toHaveLength(4);
    expect(selectByPriority([], 50)).toEqual([]);
  });

  it("does not depend on the order of the comments", () => {
    const comments = fc.uniqueArray(
      fc.record({ id: fc.string({ minLength: 1, maxLength: 4 }), priorityScore: fc.constantFrom(0, 0.25, 0.5) }),
      { selector: (each) => each.id },
    );
    fc.assert(
      fc.property(
        comments.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        fc.nat(20),
        ([all, shuffled], limit) => {
          expect(selectByPriority(shuffled, limit)).toEqual(selectByPriority(all, limit));
        },
      ),
    );
  });
});
