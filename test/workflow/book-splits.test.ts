import { describe, expect, it } from "vitest";
import { watchPositions } from "../../lib/desk/watch/watch-positions.ts";
import type { Split } from "../../lib/providers/market/splits.ts";
import { changeSettings } from "../../lib/realm/stored-settings.ts";
import { call } from "../support/cloud.ts";
import { unlimited, useDesk } from "../support/desk.ts";

const desk = useDesk("book-splits");

/** GME at 100, and from 3 March on at what a split makes of it. */
const begin = (splits: Split[], after: number) =>
  desk.begin({ GME: (day) => (day < "2026-03-03" ? 100 : after) }, unlimited, { GME: splits });
const { moveTo } = desk;
const buy = (body: object) => desk.trade({ symbol: "GME", ...body });
const tenForOne = [{ date: "2026-03-03", ratio: 10 }];
const positions = async (status = "open") =>
  (await call("book/list-book-positions", { query: { book: "desk", status } })).body.data.positions;
const gains = async () => (await call("book/get-profit")).body.data;

describe("a split of what the desk holds", () => {
  it("makes ten shares of one, worth the same to the cent, and loses nothing by it", async () => {
    await begin(tenForOne, 10);
    await buy({ execution_type: "equity", quantity: 50 });
    const services = moveTo("2026-03-03T15:30:00Z");
    expect(await watchPositions(services)).toMatchObject({ managed: 0 });
    // Fifty at the ask, 100.01.
    expect(await positions()).toMatchObject([
      {
        ...{ quantity: 500, avg_cost: 10.001, current_price: 10, market_value: 5_000, unrealized_pnl: -0.5 },
        splits: [{ date: "2026-03-03", ratio: 10, quantity_before: 50, quantity_after: 500, settlement_cents: 0 }],
      },
    ]);
    expect(await gains()).toMatchObject({ total_pnl: -0.5, realized_pnl: 0, unrealized_pnl: -0.5 });
    await watchPositions(services);
    expect((await positions())[0].splits).toHaveLength(1);
  });

  it("to fewer settles the fraction at the day's opening", async () => {
    await begin([{ date: "2026-03-03", ratio: 0.1 }], 1_000);
    await buy({ execution_type: "equity", quantity: 55 });
    await watchPositions(moveTo("2026-03-03T15:30:00Z"));
    // Half of a new share: 500 dollars for what cost 500.05.
    expect(await positions()).toMatchObject([
      {
        quantity: 5,
        realized_pnl: -0.05,
        splits: [{ quantity_before: 55, quantity_after: 5, settlement_cents: 50_000 }],
      },
    ]);
    const { total_pnl, realized_pnl, unrealized_pnl } = await gains();
    expect(total_pnl).toBeCloseTo(realized_pnl + unrealized_pnl, 9);
    expect(total_pnl).toBe(-0.55);
  });

  it("of contracts makes more of them with their part of the strike", async () => {
    await begin(tenForOne, 10);
    await buy({ execution_type: "manual_legs", legs: [{ symbol: "GME260320C100", side: "buy" }], quantity: 2 });
    await watchPositions(moveTo("2026-03-03T15:30:00Z"));
    expect(await positions()).toMatchObject([
      { quantity: 20, symbol: "GME   260320C00010000", legs: [{ symbol: "GME   260320C00010000", quantity: 1 }] },
    ]);
  });

  it("of contracts that then deliver something else needs a person: nothing is decided on it", async () => {
    await begin([{ date: "2026-03-03", ratio: 1.5 }], 66.67);
    const legs = [{ symbol: "GME260320C100", side: "buy" }];
    await buy({ execution_type: "manual_legs", legs });
    const services = moveTo("2026-03-03T15:30:00Z");
    await changeSettings(services, { bot_stop_loss_pct: -0.1 });
    expect(await watchPositions(services)).toEqual({ priced: 0, managed: 0 });
    const [held] = await positions();
    expect(held.review_reason).toContain("deliver something else than a hundred");
    // No order can close it, and a person at a price of theirs: once, however often that is sent.
    const close = (body: object) =>
      call("book/close-book-position", { params: { id: held.position_id }, body, headers: { "Idempotency-Key": "k" } });
    expect(await close({})).toMatchObject({ status: 409, body: { error: { code: "POSITION_NEEDS_REVIEW" } } });
    const first = await close({ price: 1.25 });
    expect(first).toMatchObject({ status: 202, body: { data: { order_id: null, quantity: 1 } } });
    expect((await close({ price: 1.25 })).body.data).toEqual(first.body.data);
    const [closed] = await positions("closed");
    expect(closed.realized_pnl).toBeCloseTo(125 - held.avg_cost * 100, 6);
    expect(closed.management_history).toMatchObject([{ action: "close", order_id: null }]);
    expect(await gains()).toMatchObject({ total_pnl: closed.realized_pnl, unrealized_pnl: 0 });
  });

  it("is booked before an order trades in it on the same day", async () => {
    await begin(tenForOne, 10);
    const { order_id } = await buy({ execution_type: "equity", quantity: 5 });
    moveTo("2026-03-03T15:30:00Z");
    const closing = await call("book/close-book-position", { params: { id: order_id }, body: {} });
    await desk.dispatch();
    await desk.over(closing.body.data.order_id);
    expect(closing.body.data).toMatchObject({ quantity: 50 });
    expect(await positions("closed")).toMatchObject([{ quantity: 0, splits: [{ quantity_after: 50 }] }]);
  });
});
