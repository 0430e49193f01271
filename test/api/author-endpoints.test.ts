import { describe, expect, it } from "vitest";
import { handler as updateAuthors } from "../../functions/phases/update-authors.ts";
import type { Author } from "../../lib/analysis/authors/author.ts";
import { newAuthor } from "../../lib/trading/authors/figures.ts";
import { saveAuthors } from "../../lib/trading/authors/stored.ts";
import { saveBars } from "../../lib/trading/market/stored-bars.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { seedResolved } from "../support/resolved.ts";
import { closeOf, noFigures } from "../support/trading.ts";

const api = useEndpoints();
const { ask, data, refusal, start, enter, contents } = api;

const authorOf = (username: string, changes: Partial<Author> = {}): Author => ({
  ...newAuthor(username, new Date("2026-02-01T15:30:00Z")),
  ...changes,
});
async function seedAuthors(authors: readonly Author[]): Promise<void> {
  const { store } = api.services;
  for (const after of authors) await store.transact(saveAuthors(store.keys, [{ before: undefined, after }]));
}
const ape = authorOf("ape", {
  trust_score: 0.753,
  last_active: "2026-03-02T15:30:00.000Z",
  total_comments: 23,
  high_quality_comments: 18,
  total_upvotes: -4,
  avg_conviction_score: 0.56,
  avg_sentiment_accuracy: 0.68,
});
const shownApe = {
  username: "ape",
  trust_score: 0.753,
  first_seen: "2026-02-01T15:30:00.000Z",
  last_active: "2026-03-02T15:30:00.000Z",
  total_comments: 23,
  high_quality_comments: 18,
  total_upvotes: -4,
  avg_conviction_score: 0.56,
  avg_sentiment_accuracy: 0.68,
  flagged_comments: 0,
  counted_results: 0,
  correct_results: 0,
  skill: null,
  skill_low: null,
  skill_high: null,
  skill_verdict: null,
};
const equity_curve_sizing =
  "Each trade buys for 2 % of the account at its entry (open trades at cost), and for no more than its cash: " +
  "it cannot fall below 0.";

describe("GET /authors", () => {
  it("shows what is known of each, the most trusted first", async () => {
    await seedAuthors([authorOf("low", { trust_score: 0.25 }), ape, authorOf("top", { trust_score: 1 })]);
    const listed = await data("GET /authors");
    expect(listed.map((author: Author) => author.username)).toEqual(["top", "ape", "low"]);
    expect(listed[1]).toEqual(shownApe);
  });

  it("pages by cursor and by position, with the total", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `author-${index}`);
    // Two share a score, so that a page may end between them.
    const scores = [0.9, 0.8, 0.8, 0.7, 0.6, 0.5, 0];
    await seedAuthors(names.map((name, index) => authorOf(name, { trust_score: scores[index] ?? 0 })));
    const ordered = [0, 2, 1, 3, 4, 5, 6].map((index) => `author-${index}`);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await ask("GET /authors", { query: { limit: "2", ...(cursor && { cursor }) } });
      expect(body.meta).toMatchObject({ total: 7, limit: 2, offset: 0 });
      seen.push(...body.data.map((author: Author) => author.username));
      cursor = body.meta.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(ordered);
    const { body } = await ask("GET /authors", { query: { limit: "3", offset: "5" } });
    expect(body.data.map((author: Author) => author.username)).toEqual(ordered.slice(5));
    expect((await ask("GET /authors", { query: { offset: "7" } })).body).toMatchObject({
      data: [],
      meta: { total: 7 },
    });
  });

  it("sorts by skill, of whom none is known last, and says what all skills rest on", async () => {
    const skilled = { counted_results: 40, correct_results: 26, ranked_skill: 0.129 };
    const anti = { counted_results: 30, correct_results: 9, ranked_skill: -0.145 };
    const middling = { counted_results: 36, correct_results: 17, ranked_skill: -0.015 };
    await seedAuthors([
      authorOf("anti", { ...anti, trust_score: 0.9 }),
      authorOf("none", { trust_score: 1 }),
      authorOf("good", { ...skilled, trust_score: 0.1 }),
      authorOf("middling", middling),
    ]);
    const { body } = await ask("GET /authors", { query: { sort: "skill" } });
    expect(body.data.map((author: Author) => author.username)).toEqual(["good", "middling", "anti", "none"]);
    // ρ = 0.094978, M = 9.5288; scipy says the same.
    expect(body.data[0]).toMatchObject({
      counted_results: 40,
      correct_results: 26,
      skill: 0.129,
      skill_low: 0.014,
      skill_high: 0.238,
      skill_verdict: null,
    });
    expect(body.data[3]).toMatchObject({ skill: null, skill_low: null, skill_high: null, skill_verdict: null });
    expect(body.meta).toMatchObject({
      total: 4,
      skills: { base_rate: 0.490566, authors: 3, results: 106, halves_authors: 0, halves_correlation: null },
    });
    const byTrust = await data("GET /authors", { query: { sort: "trust" } });
    expect(byTrust.map((author: Author) => author.username)).toEqual(["none", "anti", "good", "middling"]);
  });

  it("is empty before the first run", async () => {
    expect((await ask("GET /authors")).body).toMatchObject({ data: [], meta: { total: 0, next_cursor: null } });
  });

  it.each([{ limit: "0" }, { limit: "101" }, { offset: "-1" }, { cursor: "x" }, { name: "ape" }, { sort: "luck" }])(
    "refuses %j",
    async (query) => {
      expect(await refusal("GET /authors", { query })).toMatchObject({
        status: 422,
        details: [{ field: Object.keys(query)[0] }],
      });
    },
  );
});

describe("GET /authors/{name}", () => {
  const detail = (name: string) => data("GET /authors/{name}", { params: { name } });
  /** Four trades on three days, and one that a person excluded; what they gain and cost stands at the test. */
  async function seedTrades(): Promise<void> {
    await seedAuthors([ape]);
    await seedResolved(api.services, "ape", [3], { prefix: "a", from: "2026-02-25T16:00:00.000Z" });
    await seedResolved(api.services, "ape", [1], { prefix: "b", from: "2026-02-26T16:00:00.000Z" });
    // At eight in the evening in New York, when it is the next day elsewhere.
    await seedResolved(api.services, "ape", [2.5], { prefix: "c", from: "2026-02-27T01:00:00.000Z" });
    await seedResolved(api.services, "ape", [2.1, 9], { prefix: "d", from: "2026-02-27T16:00:00.000Z" });
    await data("PATCH /predictions/{id}/override", {
      params: { id: "d01.GME" },
      body: { override_result: "excluded" },
    });
    const runId = await start();
    await updateAuthors({ runId, attempt: 1, posts: [] });
  }

  it("shows what following each prediction would have come to, before and after costs", async () => {
    await seedTrades();
    await saveBars(api.services, [
      closeOf("2026-02-24", 5_000),
      closeOf("2026-02-25", 5_050),
      closeOf("2026-02-26", 5_024.75),
      closeOf("2026-02-27", 5_034.8),
    ]);
    const { gross, net, equity_curve, ...author } = await detail("ape");
    // 0.68, then right, wrong, right, right; trust 18/23 × 0.4 + half of that + 29/30 × 0.1.
    expect(author).toEqual({
      ...shownApe,
      avg_sentiment_accuracy: 0.776168,
      trust_score: 0.798,
      counted_results: 4,
      correct_results: 3,
      equity_curve_sizing,
    });
    // Ten calls bought at 2: +1,000, −1,000, +500, +100 dollars.
    expect(gross).toEqual({
      ...noFigures,
      closed_trades: 4,
      independent_trades: 4,
      win_rate: 0.75,
      independent_win_rate: 0.75,
      win_rate_low: 0.300642,
      win_rate_high: 0.954413,
      expectancy: 150,
      max_drawdown: 0.00495,
      returns: 3,
      benchmark_returns: 3,
    });
    // Sold 1 % lower, and 6.50 of commission each: 36.50, 16.50, 31.50 and 27.50 dollars less.
    expect(net).toEqual({ ...gross, expectancy: 122, max_drawdown: 0.005428 });
    expect(equity_curve).toEqual([
      { date: "2026-02-24", value: 100_000, net_value: 100_000, benchmark: 5_000 },
      { date: "2026-02-25", value: 101_000, net_value: 100_963.5, benchmark: 5_050 },
      { date: "2026-02-26", value: 100_500, net_value: 100_415.5, benchmark: 5_024.75 },
      { date: "2026-02-27", value: 100_600, net_value: 100_488, benchmark: 5_034.8 },
    ]);
  });

  it("has neither alpha nor beta where the S&P 500 cannot be had", async () => {
    enter({ YAHOO_BASE_URL: "http://127.0.0.1:9" });
    await seedTrades();
    expect(await detail("ape")).toMatchObject({
      gross: { closed_trades: 4, expectancy: 150, alpha: null, beta: null },
      net: { closed_trades: 4, expectancy: 122, alpha: null, beta: null },
    });
  });

  it("of an author without a resolved prediction has no figures", async () => {
    await seedAuthors([ape]);
    expect(await detail("ape")).toEqual({
      ...shownApe,
      gross: noFigures,
      net: noFigures,
      equity_curve: [],
      equity_curve_sizing,
    });
  });

  it.each([
    ["J%C3%B6rg", "Jörg"],
    ["%E3%83%AC%E3%83%83%E3%83%89", "レッド"],
    ["50%25%20off%2Fon", "50% off/on"],
    ["%F0%9F%9A%80".repeat(20), "🚀".repeat(20)],
  ])("finds %s, as API Gateway hands a name over: still encoded", async (name, username) => {
    await seedAuthors([authorOf(username)]);
    expect(await detail(name)).toMatchObject({ username });
  });

  it("is 404 for a name nobody has, whatever it looks like", async () => {
    await seedAuthors([ape]);
    const before = await contents();
    for (const name of ["nobody", "Ape", "[deleted]", "0", "%00", "a b", "..%2F..", "ö", "x".repeat(51)]) {
      expect(await refusal("GET /authors/{name}", { params: { name } })).toMatchObject({
        status: 404,
        code: "NOT_FOUND",
      });
    }
    expect(await contents()).toEqual(before);
  });
});
