import { describe, expect, it } from "vitest";
import { watchPositions } from "../../lib/desk/watch/watch-positions.ts";
import type { Split } from "../../lib/providers/market/splits.ts";
import { call } from "../support/cloud.ts";
import { unlimited, useDesk } from "../support/desk.ts";

const desk = useDesk("book-expirations");

/** GME at 100, and from 6 March on, a Friday, at another price. */
const begin = (after: number, splits: Split[] = []) =>
  desk.begin({ GME: (day) => (day < "2026-03-06" ? 100 : after) }, unlimited, { GME: splits });
const { moveTo } = desk;
const monday = "2026-03-09T14:30:00Z";
const buy = async (legs: object[], quantity = 1) => {
  const bought = await desk.trade({ symbol: "GME", execution_type: "manual_legs", legs, quantity });
  return { id: bought.order_id, cost: bought.fills[0]?.price ?? 0 };
};
const positions = async (status: string) =>
  (await call("book/list-book-positions", { query: { book: "desk", status } })).body.data.positions;
const gains = async () => (await call("book/get-profit")).body.data;

describe("a contract that has expired", () => {
  it("is settled at what it was worth at its day's close, and closed", async () => {
    await begin(107.5);
    const { id, cost } = await buy([{ symbol: "GME260306C100", side: "buy" }], 2);
    await watchPositions(moveTo(monday));
    const [closed] = await positions("closed");
    // Two contracts at 7.50 for what they cost.
    const gain = Math.round((7.5 - cost) * 20_000) / 100;
    expect(closed).toMatchObject({ position_id: id, quantity: 0, realized_pnl: gain });
    expect(await positions("open")).toEqual([]);
    expect(await gains()).toMatchObject({ total_pnl: gain, realized_pnl: gain, unrealized_pnl: 0 });
  });

  it("is not settled before its last session is over", async () => {
    await begin(107.5);
    await buy([{ symbol: "GME260306C100", side: "buy" }]);
    await watchPositions(moveTo("2026-03-06T20:30:00Z"));
    expect(await positions("open")).toHaveLength(1);
  });

  it("is worth nothing out of the money, and what was sold is owed no more", async () => {
    await begin(95);
    const { cost } = await buy([{ symbol: "GME260306C100", side: "sell" }]);
    await watchPositions(moveTo(monday));
    expect(await positions("closed")).toMatchObject([{ realized_pnl: Math.round(cost * 10_000) / 100 }]);
  });

  it("of a combination goes with the others of its day, and leaves those of a later one", async () => {
    await begin(104);
    const { cost } = await buy([
      { symbol: "GME260306C100", side: "sell" },
      { symbol: "GME260320C100", side: "buy" },
    ]);
    await watchPositions(moveTo(monday));
    // The short call cost 4.00 a share; the long one is held for what both cost.
    const [left] = await positions("open");
    expect(left).toMatchObject({ symbol: "GME   260320C00100000", quantity: 1, realized_pnl: -400 });
    expect(left.avg_cost).toBeCloseTo(cost, 4);
    const { total_pnl, realized_pnl, unrealized_pnl } = await gains();
    expect(total_pnl).toBeCloseTo(realized_pnl + unrealized_pnl, 9);
  });

  it("waits where nobody says how its day closed", async () => {
    await begin(107.5);
    await buy([{ symbol: "GME260306C100", side: "buy" }]);
    const services = moveTo(monday);
    desk.stage.scene.yahooFaults = () => ({ status: 500, body: "{}" });
    expect(await watchPositions(services)).toEqual({ priced: 0, managed: 0 });
    expect(await positions("open")).toHaveLength(1);
    desk.stage.scene.yahooFaults = undefined;
    await watchPositions(services);
    expect(await positions("open")).toEqual([]);
  });

  it("knows nothing of a split after its day", async () => {
    await begin(107.5, [{ date: "2026-03-09", ratio: 10 }]);
    await buy([{ symbol: "GME260306C100", side: "buy" }]);
    await watchPositions(moveTo(monday));
    expect(await positions("closed")).toMatchObject([{ symbol: "GME   260306C00100000", splits: [] }]);
  });
});
