import { beforeEach, describe, expect, it } from "vitest";
import type { Signal } from "../../lib/analysis/signals/signal.ts";
import { openRealm } from "../../lib/realm/state.ts";
import { chunked } from "../../lib/runtime/chunked.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import { update } from "../../lib/store/actions.ts";
import type { SkipReason } from "../../lib/trading/openings/signal-outcome.ts";
import { combinationsOf, everyPage } from "../support/combinations.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { commentOf, seedComments, seedSignals, signalOf } from "../support/seeds.ts";
import { optionOf, seedPositions, stockOf } from "../support/trading-seeds.ts";

const api = useEndpoints();
const { ask, data, refusal, enter } = api;

/** Six tickers of both types on ten days; few different confidences, so that there are ties. */
function manySignals(): Signal[] {
  const days = Array.from({ length: 10 }, (_, index) => addDays("2026-02-20", index));
  return ["GME", "AMC", "BRK.B", "NVDA", "AMD", "T"]
    .flatMap((ticker) =>
      (["quality", "consensus"] as const).flatMap((signal_type) =>
        days.map((signal_date) => ({ ticker, signal_type, signal_date })),
      ),
    )
    .map((row, index) => signalOf({ ...row, confidence: [0.9, 0.5, 0.5, 0.123456, 1][(index * 7) % 5] ?? 0 }));
}

/** What the contract says of filters and order, without any index. */
function matching(rows: readonly Signal[], query: Record<string, string>): Signal[] {
  const type = query.portfolio_id?.split("_")[1];
  return rows
    .filter(
      (row) =>
        (!query.ticker || row.ticker === query.ticker.toUpperCase()) &&
        (!query.signal_type || row.signal_type === query.signal_type) &&
        (!type || row.signal_type === type) &&
        (!query.date_from || row.signal_date >= query.date_from) &&
        (!query.date_to || row.signal_date <= query.date_to),
    )
    .toSorted(
      (a, b) =>
        Number(a.signal_date < b.signal_date) - Number(a.signal_date > b.signal_date) ||
        b.confidence - a.confidence ||
        (a.id < b.id ? 1 : -1),
    );
}

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

  const choices = [
    {
      name: "that agree",
      filters: {
        ticker: "GME",
        signal_type: "quality",
        date_from: "2026-02-23",
        date_to: "2026-02-27",
        portfolio_id: "stocks_quality",
      },
    },
    {
      name: "that contradict each other, with a ticker in small letters and a single day",
      filters: {
        ticker: "brk.b",
        signal_type: "quality",
        date_from: "2026-02-28",
        date_to: "2026-02-28",
        portfolio_id: "options_consensus",
      },
    },
    {
      name: "that nothing has",
      filters: {
        ticker: "NONE",
        signal_type: "consensus",
        date_from: "2026-03-03",
        date_to: "2026-03-04",
        portfolio_id: "options_quality",
      },
    },
  ];

  it.each(choices)(
    "answers all subsets of filters $name like a plain filter, on every page",
    {
      timeout: 60_000,
    },
    async ({ filters }) => {
      const rows = manySignals();
      await seedSignals(api.services, rows);
      const subsets = combinationsOf(
        Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, [value]])),
      );
      expect([rows.length, subsets.length]).toEqual([120, 32]);
      const check = async (query: Record<string, string>) =>
        everyPage(
          "api/list-signals",
          query,
          matching(rows, query).map(({ id }) => ({ id })),
        );
      for (const some of chunked(subsets, 8)) await Promise.all(some.map(check));
    },
  );

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

describe("GET /signals with a portfolio", () => {
  const ofDay = { entry_date: "2026-03-02" };
  const show = (portfolio_id: string) => data("GET /signals", { query: { portfolio_id } });
  const skip = async (ticker: string, portfolioId: string, skip_reason: SkipReason) => {
    const { keys, putMany } = api.services.store;
    const signal_id = `2026-03-02.${ticker}.quality`;
    const outcome = { signal_id, portfolio_id: portfolioId, outcome: "skipped", skip_reason, position_id: null };
    const evaluated = { run_id: "RUN", evaluated_at: "2026-03-02T15:30:00.000Z" };
    await putMany([{ ...keys.signalOutcome(signal_id, portfolioId), ...outcome, ...evaluated }]);
  };

  it("adds what each signal came to in it, and nothing of the other portfolios", async () => {
    await openRealm(api.services);
    const flagged = { position_opened: true };
    await seedSignals(api.services, [
      signalOf({ ...flagged, confidence: 0.9 }),
      signalOf({ ticker: "AMC", ...flagged, confidence: 0.8 }),
      signalOf({ ticker: "NVDA", ...flagged, confidence: 0.7 }),
      signalOf({ ticker: "AMD", ...flagged, confidence: 0.6 }),
      signalOf({ ticker: "T", confidence: 0.5 }),
      signalOf({ ticker: "GME", signal_type: "consensus" }),
    ]);
    await seedPositions(api.services, [
      stockOf(ofDay),
      stockOf({ ...ofDay, ticker: "AMC", ...{ status: "closed", shares_remaining: 0, exit_date: "2026-03-05" } }),
      stockOf({ ...ofDay, ticker: "NVDA", last_price: null }),
      optionOf({ ...ofDay, ticker: "AMD" }),
    ]);
    const sold = { set: { hold_days: 3, realized_return_pct: 12.5 } };
    const { keys, transact } = api.services.store;
    await transact([update(keys.position("2026-03-02.AMC.quality.stocks_quality"), sold)]);
    await skip("AMD", "stocks_quality", "bearish_long_only");
    await skip("GME", "options_quality", "no_valid_strike");

    const bought = (ticker: string) => ({
      position_id: `2026-03-02.${ticker}.quality.stocks_quality`,
      status: "open",
      entry_date: "2026-03-02",
      entry_price: 142.5,
      unrealized_return_pct: null,
      realized_return_pct: null,
      hold_days: null,
    });
    const opened = (position_summary: object) => ({ position_opened: true, position_summary, skip_reason: null });
    const none = { position_opened: false, position_summary: null };
    expect(await show("stocks_quality")).toMatchObject([
      opened({ ...bought("GME"), unrealized_return_pct: 4.07 }),
      opened({ ...bought("AMC"), status: "closed", realized_return_pct: 12.5, hold_days: 3 }),
      opened(bought("NVDA")),
      { ...none, skip_reason: "bearish_long_only" },
      { ...none, skip_reason: null },
    ]);
    const options = await show("options_quality");
    expect(options.map((signal: { position_opened: boolean }) => signal.position_opened)).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
    expect(options[0]).toMatchObject({ ticker: "GME", skip_reason: "no_valid_strike" });
    expect(options[3].position_summary).toMatchObject({ entry_price: 3.5, unrealized_return_pct: 37.14 });
    expect(Object.keys(options[0]).toSorted()).toEqual(
      [
        ...Object.keys((await data("GET /signals"))[0]),
        "position_opened",
        "position_summary",
        "skip_reason",
      ].toSorted(),
    );
  });

  it("gives no reason below the threshold, which is the configured one", async () => {
    await seedSignals(api.services, [
      signalOf({ confidence: 0.55 }),
      signalOf({ ticker: "AMC", confidence: 0.499999 }),
    ]);
    await skip("GME", "stocks_quality", "price_unavailable");
    await skip("AMC", "stocks_quality", "portfolio_full");
    const reasons = async () =>
      (await show("stocks_quality")).map(({ skip_reason }: { skip_reason: string | null }) => skip_reason);
    expect(await reasons()).toEqual(["price_unavailable", null]);
    await openRealm(api.services);
    const { keys, transact } = api.services.store;
    await transact([update(keys.configuration("signal_min_confidence"), { set: { value: "0.6" } })]);
    expect(await reasons()).toEqual([null, null]);
    await transact([update(keys.configuration("signal_min_confidence"), { set: { value: "0.4" } })]);
    expect(await reasons()).toEqual(["price_unavailable", "portfolio_full"]);
  });

  it("shows a full page of a hundred", async () => {
    await openRealm(api.services);
    const days = Array.from({ length: 101 }, (_, index) => addDays("2026-01-01", index));
    await seedSignals(
      api.services,
      days.map((signal_date) => signalOf({ signal_date })),
    );
    await seedPositions(
      api.services,
      days.map((entry_date) => stockOf({ entry_date })),
    );
    const shown = await data("GET /signals", { query: { portfolio_id: "stocks_quality", limit: "100" } });
    expect(
      shown.map((signal: { position_summary: { position_id: string } }) => signal.position_summary.position_id),
    ).toEqual(
      days
        .toReversed()
        .slice(0, 100)
        .map((day) => `${day}.GME.quality.stocks_quality`),
    );
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
