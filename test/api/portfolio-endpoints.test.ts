import { describe, expect, it } from "vitest";
import { openRealm } from "../../lib/realm/state.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { optionOf, seedPositions, stockOf } from "../support/trading-seeds.ts";

const api = useEndpoints();
const { ask, data, refusal, pass } = api;

const untouched = {
  starting_capital: 100_000,
  current_value: 100_000,
  total_pnl: 0,
  total_pnl_pct: 0,
  cash_available: 100_000,
  open_position_count: 0,
  needs_review_count: 0,
  created_at: "2026-03-02T15:30:00.000Z",
  last_valued_at: null,
  net: { current_value: 100_000, total_pnl: 0, total_pnl_pct: 0, trading_costs: 0, unpriced_value: 0 },
};
const four = [
  { id: "stocks_quality", name: "stocks_quality", instrument_type: "stock", signal_type: "quality", ...untouched },
  { id: "stocks_consensus", name: "stocks_consensus", instrument_type: "stock", signal_type: "consensus" },
  { id: "options_quality", name: "options_quality", instrument_type: "option", signal_type: "quality" },
  { id: "options_consensus", name: "options_consensus", instrument_type: "option", signal_type: "consensus" },
].map((portfolio) => ({ ...untouched, ...portfolio }));

/** Ten shares of GME at a gain of 58.00, one of AMC; four calls on GME at a gain of 520.00, fills that cost 1.71. */
const held = [
  stockOf({ trading_costs_cents: 171 }),
  stockOf({ ticker: "AMC", shares: 1, shares_remaining: 1, entry_price: 10, last_price: 10 }),
  optionOf(),
];

describe("GET /portfolios", () => {
  it("shows the four in their order, before the first run and after it", async () => {
    expect(await data("GET /portfolios")).toEqual(four);
    await openRealm(api.services);
    pass(60_000);
    expect(await data("GET /portfolios")).toEqual(four);
  });

  it("shows what each holds and what that has gained, and leaves the others alone", async () => {
    await openRealm(api.services);
    await seedPositions(api.services, held);
    const [stocks, , options, ...others] = await data("GET /portfolios");
    expect(stocks).toEqual({
      ...four[0],
      // 1425.00 and 10.00 were paid, and what they bought is worth 1483.00 and 10.00.
      current_value: 100_058,
      total_pnl: 58,
      total_pnl_pct: 0.058,
      cash_available: 98_565,
      open_position_count: 2,
      net: {
        current_value: 100_056.29,
        total_pnl: 56.29,
        total_pnl_pct: 0.0563,
        trading_costs: 1.71,
        unpriced_value: 0,
      },
    });
    expect(options).toMatchObject({ current_value: 100_520, cash_available: 98_600, open_position_count: 1 });
    expect(others).toEqual([four[3]]);
  });

  it("takes no parameter", async () => {
    expect(await refusal("GET /portfolios", { query: { limit: "1" } })).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      details: [{ field: "limit", problem: "is not known here" }],
    });
  });
});

describe("GET /portfolios/{id}", () => {
  it("shows the portfolio, what is invested in which ticker, and the open positions", async () => {
    await openRealm(api.services);
    const closed = { status: "closed", shares_remaining: 0, exit_date: "2026-02-27" } as const;
    await seedPositions(api.services, [...held, stockOf({ ticker: "BB", ...closed })]);
    const [overview] = await data("GET /portfolios");
    expect(await data("GET /portfolios/{id}", { params: { id: "stocks_quality" } })).toEqual({
      ...overview,
      allocation_breakdown: [
        { ticker: "GME", position_count: 1, total_value: 1_483, weight: 0.014821, unrealized_return_pct: 4.07 },
        { ticker: "AMC", position_count: 1, total_value: 10, weight: 0.0001, unrealized_return_pct: 0 },
      ],
      positions: ["2026-02-25.GME.quality.stocks_quality", "2026-02-25.AMC.quality.stocks_quality"],
    });
  });

  it("is there before the first run, with nothing in it", async () => {
    for (const portfolio of four) {
      expect(await data("GET /portfolios/{id}", { params: { id: portfolio.id } })).toEqual({
        ...portfolio,
        allocation_breakdown: [],
        positions: [],
      });
    }
  });

  it.each(["1", "stocks", "STOCKS_QUALITY", "stocks_quality ", "toString", "STATE"])("%j is 404", async (id) => {
    await openRealm(api.services);
    expect(await refusal("GET /portfolios/{id}", { params: { id } })).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });
});

describe("GET /status", () => {
  it("counts the open positions of all portfolios", async () => {
    await openRealm(api.services);
    expect(await data("GET /status")).toMatchObject({ open_position_count: 0 });
    const closed = { status: "closed", shares_remaining: 0, exit_date: "2026-02-27" } as const;
    await seedPositions(api.services, [...held, stockOf({ ticker: "BB", ...closed })]);
    expect((await ask("GET /status")).body.data.open_position_count).toBe(3);
  });
});
