import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  openCostCents,
  portfolioValueCents,
  positionValueCents,
} from "../../../../lib/trading/positions/bookkeeping.ts";
import type { OptionPosition, StockPosition } from "../../../../lib/trading/positions/record.ts";
import { bookSplit, dueSplits } from "../../../../lib/trading/positions/splits.ts";
import { portfolio } from "../../../support/trading.ts";
import { optionOf, stockOf } from "../../../support/trading-seeds.ts";

const now = "2024-06-10T20:30:00.000Z";
const booking = { runId: "run", now };

function held(position: StockPosition) {
  const cash_available_cents = 9_520_920;
  const current_value_cents = portfolioValueCents(cash_available_cents, [position]);
  const open_position_ids = [position.id];
  return { position, portfolio: portfolio("stock", { cash_available_cents, current_value_cents, open_position_ids }) };
}

/** Four shares bought at 1,197.70, last seen at 1,208.88. */
const nvidia = stockOf({
  ...{ ticker: "NVDA", entry_price: 1197.7, last_price: 1208.88, peak_price: 1216.92, position_size_cents: 479_080 },
  ...{ stop_loss_price: 1077.93, take_profit_price: 1377.355, shares: 4, shares_remaining: 4 },
  entry_fill: { bid: 1197.69, ask: 1197.71, net_price: 1198.3089, commission_cents: 0, cost_cents: 244 },
});

describe("a forward split", () => {
  it("ten for one turns 4 shares at 1,197.70 into 40 at 119.77, with stop, target and peak, and moves no money", () => {
    const before = held(nvidia);
    const { position, portfolio } = bookSplit(before, { date: "2024-06-10", ratio: 10, opening: 120.37 }, booking);
    expect(position).toMatchObject({
      ...{ shares: 40, shares_remaining: 40, entry_price: 119.77, stop_loss_price: 107.793 },
      ...{ take_profit_price: 137.7355, peak_price: 121.692, last_price: 120.888, realized_pnl_cents: 0 },
      entry_fill: { bid: 119.769, ask: 119.771, net_price: 119.8309, commission_cents: 0, cost_cents: 244 },
    });
    expect([openCostCents(position), positionValueCents(position)]).toEqual([479_080, 483_552]);
    expect(portfolio).toEqual(before.portfolio);
    expect(position.splits).toEqual([
      {
        ...{ date: "2024-06-10", ratio: 10, quantity_before: 4, quantity_after: 40, settled_fraction: 0 },
        ...{ settlement_price: null, settlement_cents: 0, realized_pnl_cents: 0, run_id: "run", created_at: now },
      },
    ]);
  });

  it("three for two settles the half share of five in cash at the opening", () => {
    const five = stockOf({
      entry_price: 30,
      last_price: 33,
      position_size_cents: 15_000,
      shares: 5,
      shares_remaining: 5,
    });
    const before = held(five);
    const after = bookSplit(before, { date: "2024-06-10", ratio: 1.5, opening: 21 }, booking);
    // Half a share at 21 was bought at 20.
    expect(after.position).toMatchObject({ shares: 7, shares_remaining: 7, entry_price: 20, realized_pnl_cents: 50 });
    expect(after.portfolio).toMatchObject({ cash_available_cents: 9_520_920 + 1_050, realized_pnl_cents: 50 });
    expect(after.portfolio.current_value_cents).toBe(9_520_920 + 1_050 + 7 * 2_200);
  });

  it("after half was sold counts for what is left and for what was bought", () => {
    const half = held({ ...nvidia, shares_remaining: 2 });
    const { position } = bookSplit(half, { date: "2024-06-10", ratio: 10, opening: 120.37 }, booking);
    expect(position).toMatchObject({ shares: 40, shares_remaining: 20 });
  });

  it("keeps what was paid to the cent where the price per share has no end", () => {
    const many = stockOf({ entry_price: 10, last_price: 10.01, shares: 3001, shares_remaining: 3001 });
    const { position } = bookSplit(held(many), { date: "2024-06-10", ratio: 3, opening: 3.3 }, booking);
    expect(position).toMatchObject({ entry_price: 3.33333333333, shares_remaining: 9003, peak_price: 50 });
    expect([openCostCents(position), positionValueCents(position)]).toEqual([3_001_000, 3_004_001]);
  });
});

describe("a reverse split", () => {
  it("one for ten turns 2,564 shares at 1.95 into 256 at 19.50 and 0.4 of a share into 6.52 at the opening", () => {
    const amc = stockOf({
      ...{ ticker: "AMC", entry_price: 1.95, last_price: 1.95, peak_price: 1.95, position_size_cents: 499_980 },
      ...{ stop_loss_price: 1.755, take_profit_price: 2.2425, shares: 2564, shares_remaining: 2564 },
    });
    const before = held(amc);
    const { position, portfolio } = bookSplit(before, { date: "2023-08-24", ratio: 0.1, opening: 16.31 }, booking);
    expect(position).toMatchObject({
      ...{ shares: 256, shares_remaining: 256, entry_price: 19.5, stop_loss_price: 17.55, take_profit_price: 22.425 },
      ...{ peak_price: 19.5, realized_pnl_cents: -128 },
    });
    expect(position.splits).toMatchObject([
      { settled_fraction: 0.4, settlement_price: 16.31, settlement_cents: 652, realized_pnl_cents: -128 },
    ]);
    expect(portfolio.cash_available_cents - before.portfolio.cash_available_cents).toBe(652);
    expect(portfolio.current_value_cents - before.portfolio.current_value_cents).toBe(-128);
  });
});

describe("any split of any holding", () => {
  const cents = fc.integer({ min: 1, max: 500_000 });
  const ratio = fc.oneof(
    fc.integer({ min: 2, max: 50 }),
    fc.integer({ min: 2, max: 100 }).map((of) => 1 / of),
    fc.constantFrom(1.5, 1.25, 2 / 3, 1.05),
  );

  it("gains or loses nothing but what the settled fraction was worth more or less than it had cost", () => {
    fc.assert(
      fc.property(cents, cents, fc.integer({ min: 1, max: 20_000 }), ratio, cents, (paid, seen, shares, of, open) => {
        const entry_price = paid / 100;
        const last_price = seen / 100;
        const before = held(stockOf({ entry_price, last_price, shares, shares_remaining: shares }));
        const after = bookSplit(before, { date: "2024-06-10", ratio: of, opening: open / 100 }, booking);
        const [booked] = after.position.splits;
        const cash = after.portfolio.cash_available_cents - before.portfolio.cash_available_cents;
        expect(cash).toBe(booked?.settlement_cents);
        expect(openCostCents(after.position) + cash - (booked?.realized_pnl_cents ?? 0)).toBe(
          openCostCents(before.position),
        );
        if (booked?.settled_fraction === 0) {
          expect(booked.realized_pnl_cents).toBe(0);
          expect(after.portfolio).toEqual(before.portfolio);
        }
        expect(after.portfolio.current_value_cents).toBe(
          portfolioValueCents(after.portfolio.cash_available_cents, [after.position]),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("less than a share after a reverse split", () => {
  it("is settled in cash, which closes the position without an exit", () => {
    const three = stockOf({
      ...{ entry_price: 2, last_price: 2 },
      shares: 3,
      shares_remaining: 3,
      position_size_cents: 600,
    });
    const { portfolio: account, position } = held(three);
    const before = { portfolio: { ...account, review_position_ids: [three.id] }, position };
    const after = bookSplit(before, { date: "2026-03-05", ratio: 0.1, opening: 18 }, booking);
    expect(after.position).toMatchObject({
      ...{ status: "closed", exit_reason: "split", exit_date: "2026-03-05", exit_count: 0, shares_remaining: 0 },
      ...{ hold_days: 8, realized_pnl_cents: -60, realized_return_pct: -10 },
    });
    expect(after.portfolio).toMatchObject({
      ...{ cash_available_cents: 9_520_920 + 540, open_position_ids: [], review_position_ids: [] },
    });
  });
});

describe("an option's split", () => {
  const call = optionOf({
    ...{ entry_price: 20.5, last_price: 24, peak_premium: 25, strike_price: 1205 },
    ...{ contracts: 3, contracts_remaining: 2 },
    contract_symbol: "NVDA  240621C01205000",
    expiration_date: "2024-06-21",
    underlying_price_at_entry: 1197.7,
    entry_date: "2024-06-07",
    opened_at: "2024-06-07T15:00:00.000Z",
  });
  const held = (position: OptionPosition) => ({ position, portfolio: portfolio("option") });

  it("to whole shares makes more contracts of a part of the strike, worth what they were", () => {
    const { position, portfolio } = bookSplit(held(call), { date: "2024-06-10", ratio: 10, opening: 120.37 }, booking);
    expect(position).toMatchObject({
      ...{ contract_symbol: "NVDA  240621C00120500", strike_price: 120.5, deliverable_shares: 100 },
      ...{ contracts: 30, contracts_remaining: 20, entry_price: 2.05, last_price: 2.4, peak_premium: 2.5 },
      ...{ premium_paid_cents: 140_000, underlying_price_at_entry: 119.77 },
      splits: [{ quantity_before: 2, quantity_after: 20, settled_fraction: 0, settlement_cents: 0 }],
    });
    expect([openCostCents(position), positionValueCents(position)]).toEqual([410_000, 480_000]);
    expect(portfolio).toEqual(held(call).portfolio);
  });

  it.each([
    { ratio: 1.5, root: "NVDA1", delivers: 150 },
    { ratio: 0.1, root: "NVDA1", delivers: 10 },
  ])("of $ratio keeps contracts, strike and premium and delivers $delivers shares", ({ ratio, root, delivers }) => {
    const { position } = bookSplit(held(call), { date: "2024-06-10", ratio, opening: 120.37 }, booking);
    expect(position).toMatchObject({
      ...{ contract_symbol: `${root} 240621C01205000`, strike_price: 1205, deliverable_shares: delivers },
      ...{ contracts: 3, contracts_remaining: 2, entry_price: 20.5, last_price: 24, peak_premium: 25 },
    });
    const again = bookSplit({ ...held(call), position }, { date: "2024-06-11", ratio: 0.5, opening: 60 }, booking);
    expect(again.position).toMatchObject({
      contract_symbol: "NVDA2 240621C01205000",
      deliverable_shares: delivers / 2,
    });
  });

  it("rounds a strike that has no end to the cent", () => {
    const { position } = bookSplit(held(call), { date: "2024-06-10", ratio: 3, opening: 400 }, booking);
    expect(position).toMatchObject({ contract_symbol: "NVDA  240621C00401670", strike_price: 401.67 });
  });

  it("counts up to its expiration, not on the day it was bought, and once", () => {
    const splits = ["2024-06-07", "2024-06-10", "2024-06-21", "2024-06-24"].map((date) => ({
      date,
      ratio: 2,
      opening: 1,
    }));
    expect(dueSplits(call, splits).map(({ date }) => date)).toEqual(["2024-06-10", "2024-06-21"]);
    const { position } = bookSplit(held(call), { date: "2024-06-10", ratio: 2, opening: 1 }, booking);
    expect(dueSplits(position, splits).map(({ date }) => date)).toEqual(["2024-06-21"]);
  });
});
