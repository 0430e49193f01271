import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bookFill, type Traded } from "../../../lib/desk/positions/book-fill.ts";
import type { DeskPosition } from "../../../lib/desk/positions/record.ts";
import { averageCost, marketValueCents, unrealizedCents } from "../../../lib/desk/positions/value.ts";

const at = "2026-03-02T15:30:00.000Z";
const order = {
  ...{ order_id: "o1", position_id: "o1", symbol: "SPY", strategy_name: null, origin: "manual" as const },
  ...{ bot_managed: true, notes: null },
};
const shares = [{ symbol: "SPY", quantity: 1 }];
const contract = [{ symbol: "SPY   260417C00400000", quantity: 1 }];
const condor = [
  { symbol: "SPY   260417P00370000", quantity: 1 },
  { symbol: "SPY   260417P00380000", quantity: -1 },
  { symbol: "SPY   260417C00420000", quantity: -1 },
  { symbol: "SPY   260417C00430000", quantity: 1 },
];
const traded = (legs: Traded["legs"], units: number, prices: number[], commission_cents = 0): Traded => ({
  ...{ legs, units, prices, commission_cents, at, now: at },
});
const hold = (legs: Traded["legs"], units: number, prices: number[], commission_cents = 0): DeskPosition => {
  const [position] = bookFill(null, order, traded(legs, units, prices, commission_cents)).positions;
  if (!position) throw new Error("nothing was opened");
  return position;
};

describe("a fill", () => {
  it("opens a position at what was paid, its commission included", () => {
    expect(bookFill(null, order, traded(shares, 10, [100.01], 100))).toMatchObject({
      positions: [{ quantity: 10, most_units: 10, cost_cents: 100_110, realized_cents: 0, current_price: 100.01 }],
      ...{ flow_cents: -100_110, realized_cents: null },
    });
  });

  it("of contracts is of a hundred shares each", () => {
    const position = hold(contract, 2, [3.5], 130);
    expect(position).toMatchObject({ symbol: "SPY   260417C00400000", underlying: "SPY", cost_cents: 70_130 });
    expect(averageCost(position)).toBe(3.5065);
    expect(marketValueCents({ ...position, current_price: 4 })).toBe(80_000);
    expect(unrealizedCents({ ...position, current_price: 4 })).toBe(9_870);
  });

  it("adds to what is held", () => {
    const [position] = bookFill(hold(shares, 10, [100]), order, traded(shares, 5, [106])).positions;
    expect(position).toMatchObject({ quantity: 15, cost_cents: 153_000, position_id: "o1" });
    expect(position && averageCost(position)).toBe(102);
  });

  it("closes a part at its share of the cost, and after its own commission", () => {
    const booked = bookFill(hold(shares, 10, [100]), order, traded(shares, -4, [110], 50));
    expect(booked).toMatchObject({
      positions: [{ quantity: 6, cost_cents: 60_000, realized_cents: 3_950, closed_at: null }],
      ...{ flow_cents: 43_950, realized_cents: 3_950 },
    });
  });

  it("closes the rest to the cent, however its parts were rounded", () => {
    const third = bookFill(hold(shares, 3, [0.3334]), order, traded(shares, -1, [1])).positions[0] ?? null;
    const rest = bookFill(third, order, traded(shares, -2, [1])).positions[0];
    expect(rest).toMatchObject({ quantity: 0, cost_cents: 0, realized_cents: 200, closed_at: at });
  });

  it("owes what is sold without being held, and gains where it is bought back for less", () => {
    const owed = hold(contract, -2, [3], 130);
    expect(owed).toMatchObject({ quantity: -2, cost_cents: -59_870 });
    expect(unrealizedCents({ ...owed, current_price: 2 })).toBe(19_870);
    expect(bookFill(owed, order, traded(contract, 2, [2], 130))).toMatchObject({
      positions: [{ quantity: 0, realized_cents: 19_740 }],
      realized_cents: 19_740,
    });
  });

  it("beyond what is held closes that, and opens the rest as a position of its own", () => {
    const held = hold(shares, 10, [100]);
    const booked = bookFill(held, { ...order, order_id: "o2", position_id: "o2" }, traded(shares, -15, [110], 30));
    expect(booked.positions).toMatchObject([
      { position_id: "o1", quantity: 0, realized_cents: 9_980 },
      { position_id: "o2", quantity: -5, cost_cents: -54_990 },
    ]);
    expect(booked.flow_cents).toBe(164_970);
  });

  it("of a combination counts in units of it, and takes money in where it is sold", () => {
    const position = hold(condor, 2, [1, 2.5, 2.4, 1.1], 520);
    expect(position).toMatchObject({ symbol: "SPY custom", quantity: 2, cost_cents: -55_480, current_price: -2.8 });
    expect(marketValueCents({ ...position, current_price: -1.4 })).toBe(-28_000);
    expect(unrealizedCents({ ...position, current_price: -1.4 })).toBe(27_480);
  });
});

it("whatever is traded, realised and unrealised gains together are the account's, to the cent", () => {
  const trade = fc.record({
    units: fc.integer({ min: -500, max: 500 }).filter((units) => units !== 0),
    tenthsOfMills: fc.integer({ min: 1, max: 10_000_000 }),
    commission: fc.integer({ min: 0, max: 5_000 }),
  });
  const instruments = fc.constantFrom(shares, contract);
  fc.assert(
    fc.property(instruments, fc.array(trade, { maxLength: 30 }), (legs, trades) => {
      const positions = new Map<string, DeskPosition>();
      let flows = 0;
      for (const [index, { units, tenthsOfMills, commission }] of trades.entries()) {
        const held = [...positions.values()].find(({ quantity }) => quantity !== 0) ?? null;
        const opening = { ...order, position_id: `o${index}` };
        const booked = bookFill(held, opening, traded(legs, units, [tenthsOfMills / 10_000], commission));
        for (const position of booked.positions) positions.set(position.position_id, position);
        flows += booked.flow_cents;
      }
      const all = [...positions.values()];
      const sum = (of: (position: DeskPosition) => number) => all.reduce((total, each) => total + of(each), 0);
      const open = all.filter(({ quantity }) => quantity !== 0);
      expect(open.length).toBeLessThan(2);
      expect(sum(({ quantity }) => quantity)).toBe(trades.reduce((total, { units }) => total + units, 0));
      expect(sum(({ realized_cents }) => realized_cents) + sum(unrealizedCents)).toBe(flows + sum(marketValueCents));
    }),
    { numRuns: Number(process.env.HISTORIES ?? 1_000) },
  );
});
