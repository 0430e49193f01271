import { beforeEach, describe, expect, it } from "vitest";
import type { Signal } from "../../lib/analysis/records.ts";
import { call } from "../support/cloud.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { commentOf, seedComments, seedSignals, signalOf } from "../support/seeds.ts";

const api = useEndpoints();
const { ask, data, refusal, enter } = api;

describe("GET /signals", () => {
  it("shows what is always shown, and nothing that belongs to a portfolio", async () => {
    await seedSignals(api.services, [signalOf()]);
    expect(await data("GET /signals")).toEqual([
      {
        id: "2026-03-02.GME.quality",
        ticker: "GME",
        signal_type: "quality",
        signal_date: "2026-03-02",
        prediction: "bullish",
        confidence: 0.75,
        comment_count: 2,
        sentiment_score: 0.5,
        has_reasoning: true,
        is_emergence: null,
        prior_7d_mentions: 4,
        distinct_users: 2,
        created_at: "2026-03-02T15:00:00.000Z",
        updated_at: null,
      },
    ]);
  });

  it("answers every combination of filters like a plain filter over the same rows, on every page", async () => {
    const tickers = ["GME", "AMC", "BRK.B"];
    const types = ["quality", "consensus"] as const;
    const days = ["2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"];
    // Few different confidences, so that there are ties; a third of the rows is missing.
    const rows = tickers
      .flatMap((ticker) =>
        types.flatMap((signal_type) => days.map((signal_date) => ({ ticker, signal_type, signal_date }))),
      )
      .map((row, index) => signalOf({ ...row, confidence: [0.9, 0.5, 0.5, 0.123456, 1][(index * 7) % 5] ?? 0 }))
      .filter((_, index) => index % 3 !== 1);
    await seedSignals(api.services, rows);
    const ordered = rows.toSorted(
      (a, b) =>
        Number(a.signal_date < b.signal_date) - Number(a.signal_date > b.signal_date) ||
        b.confidence - a.confidence ||
        (a.id < b.id ? 1 : -1),
    );
    const choices = {
      ticker: [undefined, "GME", "brk.b", "NONE"],
      signal_type: [undefined, "quality", "consensus"],
      date_from: [undefined, "2026-02-27", "2026-03-01"],
      date_to: [undefined, "2026-03-01"],
      portfolio_id: [undefined, "stocks_quality", "options_consensus"],
    };
    const combinations = Object.entries(choices).reduce<Record<string, string>[]>(
      (queries, [name, values]) =>
        queries.flatMap((query) => values.map((value) => (value === undefined ? query : { ...query, [name]: value }))),
      [{}],
    );
    expect(combinations).toHaveLength(216);
    for (const [index, query] of combinations.entries()) {
      const type = query.portfolio_id?.split("_")[1];
      const expected = ordered.filter(
        (row) =>
          (!query.ticker || row.ticker === query.ticker.toUpperCase()) &&
          (!query.signal_type || row.signal_type === query.signal_type) &&
          (!type || row.signal_type === type) &&
          (!query.date_from || row.signal_date >= query.date_from) &&
          (!query.date_to || row.signal_date <= query.date_to),
      );
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await call("api/list-signals", { query: { ...query, limit: "6", ...(cursor && { cursor }) } });
        expect(page.status).toBe(200);
        expect(page.body.meta).toMatchObject({ total: expected.length, limit: 6, offset: 0 });
        expect(page.body.meta).not.toHaveProperty("total_is_at_least");
        seen.push(...page.body.data.map((row: Signal) => row.id));
        cursor = page.body.meta.next_cursor;
      } while (cursor !== null);
      expect(seen).toEqual(expected.map((row) => row.id));
      const offset = index % 9;
      const byOffset = await call("api/list-signals", { query: { ...query, limit: "3", offset: String(offset) } });
      expect(byOffset.body.data.map((row: Signal) => row.id)).toEqual(
        expected.slice(offset, offset + 3).map((row) => row.id),
      );
      expect(byOffset.body.meta).toMatchObject({ total: expected.length, limit: 3, offset });
    }
  });

  it.each([
    ["date_from", "2026-02-30"],
    ["date_from", "yesterday"],
    ["date_to", "20260101"],
    ["date_to", "2026-01-01T00:00:00+25:00"],
    ["date_to", ""],
    ["signal_type", "Quality"],
    ["signal_type", "emergence"],
    ["ticker", ""],
    ["ticker", "ABCDEFGHIJK"],
    ["ticker", "A B"],
    ["ticker", "GME' OR 1=1"],
    ["portfolio_id", "1"],
    ["portfolio_id", "stocks"],
    ["limit", "0"],
    ["limit", "101"],
    ["limit", "0x10"],
    ["limit", "1e1"],
    ["limit", " 7"],
    ["offset", ""],
    ["limit", "-1"],
    ["limit", "1.5"],
    ["limit", "ten"],
    ["limit", ""],
    ["limit", "1e999"],
    ["offset", "-1"],
    ["offset", "9007199254740993"],
    ["offset", "NaN"],
    ["tickr", "GME"],
  ])("refuses %s=%s and names the parameter", async (name, value) => {
    expect(await refusal("GET /signals", { query: { [name]: value } })).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      message: expect.stringContaining(name),
      details: [{ field: name, problem: expect.any(String) }],
    });
  });

  it("refuses a range that ends before it begins, and a parameter given twice", async () => {
    const backwards = { date_from: "2026-03-02", date_to: "2026-03-01" };
    expect(await refusal("GET /signals", { query: backwards })).toMatchObject({
      status: 422,
      details: [{ field: "date_from", problem: "must not be after date_to" }],
    });
    for (const name of ["limit", "offset", "ticker", "cursor"]) {
      const twice = await refusal("GET /signals", { query: { [name]: ["1", "2"] } });
      expect(twice).toMatchObject({ status: 422, details: [{ field: name }] });
    }
  });
});

describe("GET /signals/{id}", () => {
  it("shows all that is stored", async () => {
    const signal = signalOf({ ticker: "BRK.B", is_emergence: true });
    await seedSignals(api.services, [signal]);
    expect(await data("GET /signals/{id}", { params: { id: "2026-03-02.BRK.B.quality" } })).toEqual(signal);
    expect(await data("GET /signals/{id}", { params: { id: "2026-03-02%2EBRK.B.quality" } })).toEqual(signal);
  });
});

describe("GET /signals/{id}/comments", () => {
  const comments = (id: string, query: Record<string, string> = {}) =>
    ask("GET /signals/{id}/comments", { params: { id }, query });

  it("shows the comments in the signal's order, each with its tickers in alphabetical order", async () => {
    await seedSignals(api.services, [signalOf()]);
    await seedComments(api.services, [commentOf("c1", { parent_comment_id: "c2", depth: 1 }), commentOf("c2")]);
    const { body } = await comments("2026-03-02.GME.quality");
    expect(body.data.map((comment: { id: string }) => comment.id)).toEqual(["c2", "c1"]);
    expect(body.data[1]).toEqual({
      id: "c1",
      reddit_id: "c1",
      body: "body of c1",
      author: "author_c1",
      created_utc: "2026-03-02T14:00:00.000Z",
      score: 5,
      depth: 1,
      parent_comment_id: "c2",
      sentiment: "bullish",
      sarcasm_detected: false,
      has_reasoning: true,
      ai_confidence: 0.8,
      author_trust_score: 0.5,
      reasoning_summary: "because",
      ticker_sentiments: [
        { ticker: "AMC", sentiment: "bearish" },
        { ticker: "GME", sentiment: "bullish" },
      ],
    });
    expect(body.meta).toMatchObject({ total: 2, limit: 50, offset: 0 });
  });

  it("pages over more comments than one batch read takes, to the end and beyond", async () => {
    const ids = Array.from({ length: 130 }, (_, n) => `c${String(n).padStart(3, "0")}`);
    await seedSignals(api.services, [signalOf({ comment_ids: ids, comment_count: 130 })]);
    await seedComments(
      api.services,
      ids.map((id) => commentOf(id)),
    );
    const idsOf = async (query: Record<string, string>) => {
      const { body } = await comments("2026-03-02.GME.quality", query);
      expect(body.meta.total).toBe(130);
      return body.data.map((comment: { id: string }) => comment.id);
    };
    expect(await idsOf({ limit: "100" })).toEqual(ids.slice(0, 100));
    expect(await idsOf({ limit: "100", offset: "100" })).toEqual(ids.slice(100));
    expect(await idsOf({ offset: "130" })).toEqual([]);
    expect(await idsOf({ offset: "99999" })).toEqual([]);
  });

  it("is empty for a signal without comments, and shows the others where one is gone", async () => {
    await seedSignals(api.services, [signalOf({ comment_ids: [], comment_count: 0 }), signalOf({ ticker: "AMC" })]);
    await seedComments(api.services, [commentOf("c1")]);
    expect(await comments("2026-03-02.GME.quality")).toMatchObject({
      status: 200,
      body: { data: [], meta: { total: 0 } },
    });
    expect((await comments("2026-03-02.AMC.quality")).body).toMatchObject({ data: [{ id: "c1" }], meta: { total: 2 } });
  });

  it("refuses a bad position", async () => {
    await seedSignals(api.services, [signalOf()]);
    const request = { params: { id: "2026-03-02.GME.quality" } };
    for (const query of [{ limit: "101" }, { offset: "-1" }, { cursor: "x" }]) {
      expect((await refusal("GET /signals/{id}/comments", { ...request, query })).status).toBe(422);
    }
  });
});

describe("GET /signals/history", () => {
  const history = (query: Record<string, string>) => ask("GET /signals/history", { query });
  beforeEach(async () => {
    enter({ MARKET_CLOCK: "2026-03-02T15:30:00Z" });
    await seedSignals(api.services, [
      signalOf({ signal_date: "2026-03-02", confidence: 0.9 }),
      signalOf({ signal_date: "2026-02-28", confidence: 0.8 }),
      signalOf({ signal_date: "2026-02-17", confidence: 0.7 }),
      signalOf({ signal_date: "2026-02-16", confidence: 0.6 }),
      signalOf({ signal_date: "2026-03-03", confidence: 0.1 }),
      signalOf({ ticker: "AMC", signal_date: "2026-03-01", confidence: 0.5 }),
      signalOf({ signal_type: "consensus", signal_date: "2026-03-01", confidence: 0.4 }),
    ]);
  });

  it("shows 14 days up to the market's today, by ticker, oldest first", async () => {
    const { body } = await history({ signal_type: "quality" });
    expect(body.data).toEqual({
      AMC: [{ date: "2026-03-01", confidence: 0.5 }],
      GME: [
        { date: "2026-02-17", confidence: 0.7 },
        { date: "2026-02-28", confidence: 0.8 },
        { date: "2026-03-02", confidence: 0.9 },
      ],
    });
    expect(body.meta).toMatchObject({ days: 14, signal_type: "quality" });
  });

  it("takes one ticker, in either case, and other spans", async () => {
    const ofGme = (await history({ signal_type: "quality", ticker: "gme", days: "15" })).body.data;
    expect(Object.keys(ofGme)).toEqual(["GME"]);
    expect(ofGme.GME.map((point: { date: string }) => point.date)).toEqual([
      "2026-02-16",
      "2026-02-17",
      "2026-02-28",
      "2026-03-02",
    ]);
    expect((await history({ signal_type: "quality", days: "1" })).body.data).toEqual({
      GME: [{ date: "2026-03-02", confidence: 0.9 }],
    });
    expect((await history({ signal_type: "consensus" })).body.data).toEqual({
      GME: [{ date: "2026-03-01", confidence: 0.4 }],
    });
    expect((await history({ signal_type: "consensus", ticker: "AMC", days: "90" })).body.data).toEqual({});
  });

  it.each([
    [{}, "signal_type"],
    [{ signal_type: "both" }, "signal_type"],
    [{ signal_type: "quality", days: "0" }, "days"],
    [{ signal_type: "quality", days: "91" }, "days"],
    [{ signal_type: "quality", days: "1.5" }, "days"],
    [{ signal_type: "quality", ticker: "" }, "ticker"],
    [{ signal_type: "quality", limit: "5" }, "limit"],
  ])("refuses %j because of %s", async (query, field) => {
    expect(await refusal("GET /signals/history", { query })).toMatchObject({ status: 422, details: [{ field }] });
  });
});
