import { describe, expect, it } from "vitest";
import {
  accuracyAfter,
  commentsByAuthor,
  conviction,
  countedResults,
  newAuthor,
  withComments,
  withResults,
} from "../../../../lib/trading/authors/figures.ts";
import type { AppliedResult } from "../../../../lib/trading/predictions/record.ts";
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
    contract_symbol: `GME   2101${10 + index}C00040000`,
    entry_date: "2021-01-01",
    paid_cents: 200_000,
  }));
}

/** The accuracy of `ape`, whose results these are. */
function replayed(history: ReturnType<typeof results>, changed: ReturnType<typeof results> = []) {
  const author = { ...ape, avg_sentiment_accuracy: 0.123, counted_results: history.length };
  const again = changed.length > 0 ? changed : history.slice(0, 1);
  return withResults(author, history, again, new Date("2021-01-31T15:00:00Z"), settings).avg_sentiment_accuracy;
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
    expect(replayed(history)).toBe(0.7);
    expect(replayed(history, [{ ...second, is_correct: true }])).toBe(1);
    expect(replayed(results(null, false))).toBe(0);
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

  it("goes on from what it is unless a result belongs before one that has been counted", () => {
    const author = { ...ape, avg_sentiment_accuracy: 0.5, counted_results: 1 };
    const [first, second, third] = results(true, false, true);
    if (first === undefined || second === undefined || third === undefined) throw new Error("three results");
    const accuracyWith = (history: AppliedResult[], further: AppliedResult[]) =>
      withResults(author, history, further, new Date("2021-01-31T15:00:00Z"), settings).avg_sentiment_accuracy;
    expect(accuracyWith([second], [third])).toBe(0.65);
    expect(accuracyWith([], [first])).toBe(0.65);
    // Replayed: right, wrong, right.
    expect(accuracyWith([second], [first, third])).toBe(0.79);
  });
});

describe("results on one contract and day of entry", () => {
  const now = new Date("2021-01-31T15:00:00Z");
  /** All on the contract of the first. */
  const onOne = (...right: (boolean | null)[]) =>
    results(...right).map((result) => ({ ...result, contract_symbol: "GME   210115C00040000" }));

  it("count once, the first that was resolved", () => {
    expect(countedResults(onOne(true, false, false).toReversed()).map((result) => result.prediction_id)).toEqual([
      "p0",
    ]);
    const author = withResults(ape, [], onOne(true, false, false), now, settings);
    expect(author).toMatchObject({ avg_sentiment_accuracy: 1, counted_results: 1, correct_results: 1 });
    const [, , later] = onOne(true, false, false);
    if (later === undefined) throw new Error("three results");
    // A further comment on it changes nothing.
    expect(withResults(author, onOne(true, false), [later], now, settings)).toEqual(author);
  });

  it("count each where the day or the contract is another", () => {
    const [first, second, third] = onOne(true, false, true);
    if (first === undefined || second === undefined || third === undefined) throw new Error("three results");
    const apart = [
      first,
      { ...second, entry_date: "2021-01-04" },
      { ...third, contract_symbol: "AMC   210115C00009000" },
    ];
    expect(withResults(ape, [], apart, now, settings)).toMatchObject({
      avg_sentiment_accuracy: 0.79,
      counted_results: 3,
      correct_results: 2,
    });
  });

  it("leave their place to the next where a person excluded the first", () => {
    expect(countedResults(onOne(null, false, true)).map((result) => result.prediction_id)).toEqual(["p1"]);
  });

  it("from before the contract was kept count each", () => {
    const old = onOne(true, false).map((result) => ({ ...result, contract_symbol: null, entry_date: null }));
    expect(countedResults(old)).toHaveLength(2);
  });

  it("of an author who was never counted are all counted as soon as another comes", () => {
    const history = onOne(true, false, false);
    const [next] = results(true).map((result) => ({ ...result, resolved_at: "2021-01-09T15:00:00.000Z" }));
    if (next === undefined) throw new Error("one result");
    const before = { ...ape, avg_sentiment_accuracy: 0.49 };
    const after = withResults(before, history, [{ ...next, prediction_id: "p9" }], now, settings);
    // The repeated two no longer count: right, right.
    expect(after).toMatchObject({ avg_sentiment_accuracy: 1, counted_results: 2, correct_results: 2 });
  });

  it("are right so many times in the first half and in the last, without the middle one", () => {
    expect(withResults(ape, [], results(true, true, true, false, true), now, settings)).toMatchObject({
      counted_results: 5,
      correct_results: 4,
      early_correct: 2,
      late_correct: 1,
    });
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
