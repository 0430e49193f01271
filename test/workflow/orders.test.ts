import { describe, expect, it } from "vitest";
import { readEvents } from "../../lib/store/events.ts";
import { useDesk } from "../support/desk.ts";

const desk = useDesk("orders");
const { begin, trade, submit, dispatch, order } = desk;

const shares = { symbol: "GME", execution_type: "equity", quantity: 10 };
const statesOf = ({ transitions }: { transitions: { to: string }[] }) => transitions.map(({ to }) => to);

describe("an order of shares", () => {
  it("goes through the queue to its fill at the ask, and makes a position", async () => {
    await begin({ GME: 100 });
    const filled = await trade(shares);
    expect(filled).toMatchObject({ status: "filled", filled_quantity: 10, fill_price: 100.01, error_message: null });
    expect(statesOf(filled)).toEqual(["pending", "validating", "queued", "executing", "filled"]);
    expect(filled.fills).toMatchObject([{ quantity: 10, price: 100.01, leg_prices: [100.01], commission: 0 }]);
    const { positions, cashCents, equityCents } = await desk.book();
    expect(positions).toMatchObject([
      {
        ...{ position_id: filled.order_id, symbol: "GME", underlying: "GME", quantity: 10, cost_cents: 100_010 },
        ...{ source: "manual", bot_managed: true, current_price: 100.01, opened_at: "2026-03-02T15:30:00.000Z" },
      },
    ]);
    expect({ cashCents, equityCents }).toEqual({ cashCents: 9_899_990, equityCents: 10_000_000 });
  });

  it("sells at the bid what was bought, and keeps what it cost", async () => {
    await begin({ GME: 100 });
    await trade(shares);
    const sold = await trade({ ...shares, side: "sell", quantity: 4 });
    expect(sold).toMatchObject({ status: "filled", fill_price: 99.99 });
    expect((await desk.book()).positions).toMatchObject([{ quantity: 6, cost_cents: 60_006, realized_cents: -8 }]);
    await trade({ ...shares, side: "sell", quantity: 6 });
    const { positions, cashCents } = await desk.book();
    expect(positions).toEqual([]);
    // Two cents a share, ten times.
    expect(cashCents).toBe(9_999_980);
  });

  it("tells of every step, of the position and of its end, one after the other", async () => {
    const services = await begin({ GME: 100 });
    await trade(shares);
    const { events } = await readEvents(services.store, 0, 100);
    expect(events.map(({ id, channel, type, data }) => [id, channel, type, data.status])).toEqual([
      [1, "orders", "order_submitted", "pending"],
      [2, "orders", "order_update", "validating"],
      [3, "orders", "order_update", "queued"],
      [4, "orders", "order_update", "executing"],
      [5, "orders", "order_filled", "filled"],
      [6, "positions", "position_opened", undefined],
    ]);
  });

  it("waits for a price within its limit, and is filled no worse", async () => {
    await begin({ GME: 100 });
    expect(await trade({ ...shares, limit_price: 100.5 })).toMatchObject({ status: "filled", fill_price: 100.01 });
  });

  it("is refused where a check fails, with the reason", async () => {
    await begin({ GME: 100 }, {});
    const refused = await trade({ ...shares, quantity: 600 });
    expect(refused).toMatchObject({ status: "rejected" });
    expect(refused.error_message).toContain("position_limit: The position would be 60 % of the account");
    expect(refused.checks).toContainEqual({ check: "duplicate_order", result: "passed", reason: null });
    expect((await desk.book()).cashCents).toBe(10_000_000);
  });
});

describe("an order of options", () => {
  it("chooses the contracts of its strategy, and takes in at the bid what it sells", async () => {
    await begin({ SPY: 400 });
    const filled = await trade({ symbol: "SPY", execution_type: "option_strategy", strategy_name: "iron_condor" });
    expect(filled).toMatchObject({ status: "filled", filled_quantity: 1 });
    expect(filled.legs).toHaveLength(4);
    expect(filled.legs?.map(({ side }) => side)).toEqual(["buy", "sell", "sell", "buy"]);
    const [long, short, ,] = filled.fills[0]?.leg_prices ?? [];
    expect(short).toBeGreaterThan(long ?? 0);
    const { positions, equityCents, cashCents } = await desk.book();
    expect(positions).toMatchObject([{ symbol: "SPY iron_condor", quantity: 1, strategy_type: "iron_condor" }]);
    expect(cashCents).toBe(10_000_000 - (positions[0]?.cost_cents ?? 0));
    expect(equityCents).toBe(10_000_000);
  });
});

describe("where the broker does not answer", () => {
  const condor = { symbol: "SPY", execution_type: "option_strategy", strategy_name: "iron_condor" };

  it("a strategy waits in the queue for its contracts, and is not refused", async () => {
    await begin({ SPY: 400 });
    desk.stage.scene.schwabFaults = ({ path }) => (path.endsWith("/chains") ? { status: 500, body: "{}" } : undefined);
    const id = await submit(condor);
    expect(await dispatch()).toMatchObject({ checked: 1, executing: 0 });
    expect(await order(id)).toMatchObject({ status: "queued", legs: null, error_message: null });
    desk.stage.scene.schwabFaults = undefined;
    await dispatch();
    expect(await desk.over(id)).toMatchObject({ status: "filled" });
  });

  it("a strategy that the market has no contracts for is refused", async () => {
    await begin({ SPY: 400 });
    const refused = await trade({ ...condor, symbol: "ZZZZ" });
    expect(refused).toMatchObject({
      status: "rejected",
      error_message: expect.stringContaining("ZZZZ has no options"),
    });
  });

  it("shares are checked without a price, and filled once there is one", async () => {
    await begin({ GME: 100 });
    desk.stage.scene.schwabFaults = ({ path }) => (path.endsWith("/quotes") ? { status: 500, body: "{}" } : undefined);
    const id = await submit(shares);
    await dispatch();
    const { status, checks } = await order(id);
    expect(status).toBe("executing");
    expect(checks).toContainEqual({ check: "data_freshness", result: "warning", reason: "There is no price yet." });
    desk.stage.scene.schwabFaults = undefined;
    expect(await desk.over(id)).toMatchObject({ status: "filled", fill_price: 100.01 });
  });
});

describe("the queue", () => {
  it("gives up an order whose time is over before its turn", async () => {
    await begin({ GME: 100 });
    const id = await submit({ ...shares, expiration_minutes: 1 });
    desk.stage.cloud.time.now = new Date(desk.stage.cloud.time.now.getTime() + 60_000);
    expect(await dispatch()).toMatchObject({ expired: 1, checked: 0, executing: 0 });
    expect(await order(id)).toMatchObject({ status: "cancelled", error_message: "expired" });
  });
});
