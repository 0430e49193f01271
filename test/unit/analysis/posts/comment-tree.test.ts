import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isGone, placeComments } from "../../../../lib/analysis/posts/comment-tree.ts";
import type { TreeComment } from "../../../../lib/analysis/posts/fetched-comments.ts";

function comment(id: string, parentId: string | null, changes: Partial<TreeComment> = {}): TreeComment {
  const texts = { author: `author of ${id}`, body: `body of ${id}` };
  return { id, parentId, ...texts, score: 1, createdAt: null, depth: 0, ...changes };
}

function place(comments: TreeComment[], limit = 1_000) {
  return new Map(placeComments(comments, limit).map((each) => [each.id, each]));
}

describe("parent chains", () => {
  it("run from the immediate parent to the root", () => {
    const placed = place([comment("a", null), comment("b", "a", { depth: 1 }), comment("c", "b", { depth: 2 })]);
    expect(placed.get("a")?.parentChain).toEqual([]);
    expect(placed.get("c")?.parentChain).toEqual([
      { id: "b", body: "body of b", depth: 1, author: "author of b" },
      { id: "a", body: "body of a", depth: 0, author: "author of a" },
    ]);
  });

  it("end where an ancestor was not fetched", () => {
    const placed = place([comment("c", "b", { depth: 2 }), comment("b", "missing", { depth: 1 })]);
    expect(placed.get("c")?.parentChain.map((each) => each.id)).toEqual(["b"]);
    expect(placed.get("b")?.parentChain).toEqual([]);
  });

  it("end where a damaged archive makes a comment its own ancestor", () => {
    const placed = place([comment("a", "b"), comment("b", "a"), comment("c", "c")]);
    expect(placed.get("a")?.parentChain.map((each) => each.id)).toEqual(["b"]);
    expect(placed.get("b")?.parentChain.map((each) => each.id)).toEqual(["a"]);
    expect(placed.get("c")?.parentChain).toEqual([]);
    expect(placed.get("c")?.directReplyCount).toBe(0);
  });

  it("hold deleted ancestors", () => {
    const placed = place([comment("a", null, { author: "[deleted]", body: "[deleted]" }), comment("b", "a")]);
    expect(placed.get("b")?.parentChain).toEqual([{ id: "a", body: "[deleted]", depth: 0, author: "[deleted]" }]);
  });
});

describe("direct replies", () => {
  it("are counted, removed ones too, indirect ones not", () => {
    const placed = place([
      comment("a", null),
      comment("b", "a"),
      comment("c", "a", { body: "[removed]" }),
      comment("d", "b"),
    ]);
    expect(placed.get("a")?.directReplyCount).toBe(2);
    expect(placed.get("b")?.directReplyCount).toBe(1);
    expect(placed.get("d")?.directReplyCount).toBe(0);
  });

  it("are counted once where a comment was fetched twice", () => {
    const placed = place([comment("a", null), comment("b", "a"), comment("b", "a", { body: "edited" })]);
    expect(placed.get("a")?.directReplyCount).toBe(1);
    expect(placed.get("b")?.body).toBe("body of b");
    expect(placed.size).toBe(2);
  });
});

describe("a comment is gone", () => {
  it.each(["[deleted]", "[removed]", " [Removed] ", "[ Removed by Reddit ]", "", " \n\t"])(
    "with the body %j",
    (body) => {
      expect(isGone(body)).toBe(true);
    },
  );

  it("not where only its author is", () => {
    expect(isGone("I bought more")).toBe(false);
  });
});

it("of a long chain the 50 nearest ancestors are kept", () => {
  const thread = Array.from({ length: 80 }, (_, n) => comment(`c${n}`, n === 0 ? null : `c${n - 1}`));
  const last = placeComments(thread, 100).find((each) => each.id === "c79");
  expect(last?.parentChain).toHaveLength(50);
  expect(last?.parentChain[0]?.id).toBe("c78");
  expect(last?.parentChain[49]?.id).toBe("c29");
});

it("ancestors are kept to the 200 characters a prompt shows of them", () => {
  const placed = place([comment("a", null, { body: "x".repeat(201) }), comment("b", "a")]);
  expect(placed.get("b")?.parentChain[0]?.body).toHaveLength(200);
});

describe("long bodies", () => {
  it.each([
    { length: 9_999, kept: 9_999, truncated: false },
    { length: 10_000, kept: 10_000, truncated: false },
    { length: 10_001, kept: 10_000, truncated: true },
    { length: 40_000, kept: 10_000, truncated: true },
  ])("of $length characters are kept to $kept", ({ length, kept, truncated }) => {
    const placed = place([comment("a", null, { body: "x".repeat(length) })]).get("a");
    expect(placed?.body).toHaveLength(kept);
    expect(placed?.truncated).toBe(truncated);
  });
});

describe("the order", () => {
  it("is score times direct replies, then score, then id, and the limit keeps the first", () => {
    const comments = [
      comment("quiet2", null, { score: 900 }),
      comment("disliked", null, { score: -5 }),
      comment("d1", "disliked", { score: 0 }),
      comment("busy", null, { score: 10 }),
      comment("b1", "busy", { score: 7 }),
      comment("b2", "busy", { score: 7 }),
      comment("quiet1", null, { score: 900 }),
      comment("hot", null, { score: 50 }),
      comment("h1", "hot", { score: 1 }),
    ];
    const order = placeComments(comments, 100).map((each) => each.id);
    expect(order).toEqual(["hot", "busy", "quiet1", "quiet2", "b1", "b2", "h1", "d1", "disliked"]);
    expect(placeComments(comments, 3).map((each) => each.id)).toEqual(["hot", "busy", "quiet1"]);
    expect(placeComments([], 3)).toEqual([]);
  });

  it("does not depend on the order of the input, and no chain ever repeats an id", () => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const trees = fc
      .tuple(
        ...ids.map((id) =>
          fc
            .record({ parentId: fc.constantFrom(null, "missing", ...ids), score: fc.integer({ min: -2, max: 2 }) })
            .map((rest) => comment(id, rest.parentId, { score: rest.score })),
        ),
      )
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(trees, ([all, shuffled]) => {
        const placed = placeComments(all, 4);
        expect(placeComments(shuffled, 4)).toEqual(placed);
        for (const each of placed) {
          const chain = [each.id, ...each.parentChain.map((entry) => entry.id)];
          expect(new Set(chain).size).toBe(chain.length);
        }
      }),
    );
  });
});
