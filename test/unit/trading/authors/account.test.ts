import { describe, expect, it } from "vitest";
import { followedTrades, startingCents } from "../../../../lib/trading/authors/account.ts";
import { equityCurve } from "../../../../lib/trading/performance/view.ts";

/** A result of a prediction bought on `entered` for $1,900, of which it gained `gained` dollars. */
const resultOf = (entered: string, ended: string, gained: number, costs = 0) => ({
  prediction_id: `${entered}-${ended}`,
  author: "ape",
  ticker: "GME",
  resolved_at: `${ended}T16:00:00.000Z`,
  is_correct: gained > 0,
  simulated_pnl_cents: gained * 100,
  trading_costs_cents: costs * 100,
  contract_symbol: "GME   210115C00040000",
  entry_date: entered,
  paid_cents: 190_000,
});

describe("an account that follows an author", () => {
  it("puts 2 % of what it has into each trade", () => {
    const trades = followedTrades([
      resultOf("2021-01-04", "2021-01-05", 950, 19),
      resultOf("2021-01-06", "2021-01-07", -1_900, 19),
    ]);
    // $2,000 gain a half, net 49 %; then all of $2,020, and net of $2,019.60, is lost.
    expect(trades).toEqual([
      { ticker: "GME", endedAt: "2021-01-05T16:00:00.000Z", date: "2021-01-05", pnlCents: 100_000, costCents: 2_000 },
      { ticker: "GME", endedAt: "2021-01-07T16:00:00.000Z", date: "2021-01-07", pnlCents: -202_000, costCents: -40 },
    ]);
  });

  it("is never below 0, whatever is lost at once or one after the other", () => {
    const days = ["2021-01-05", "2021-01-06", "2021-01-07", "2021-01-08"];
    const losses = days.flatMap((ended) =>
      Array.from({ length: 500 }, () => resultOf("2021-01-04", ended, -1_900, 40)),
    );
    const curve = equityCurve(startingCents, followedTrades(losses));
    // Fifty trades take all of its cash; there is nothing left for the others.
    expect(curve.map(({ value_cents, net_value_cents }) => [value_cents, net_value_cents])).toEqual([
      [10_000_000, 10_000_000],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    const oneByOne = Array.from({ length: 300 }, (_, index) => {
      const day = new Date(Date.UTC(2021, 0, 4 + index)).toISOString().slice(0, 10);
      return resultOf(day, day, -1_900, 40);
    });
    const last = equityCurve(startingCents, followedTrades(oneByOne)).at(-1);
    // 0.98 to the 300th of $100,000 is $233.25, but for cents.
    expect(Math.abs((last?.value_cents ?? 0) - 23_325)).toBeLessThan(30);
  });

  it("takes a trade from before its purchase was kept for one of $2,000 on the day of its end", () => {
    const old = { ...resultOf("2021-01-04", "2021-01-05", 500), entry_date: null, paid_cents: null };
    expect(followedTrades([old])).toEqual([
      { ticker: "GME", endedAt: "2021-01-05T16:00:00.000Z", date: "2021-01-05", pnlCents: 50_000, costCents: 0 },
    ]);
  });
});
