import { describe, expect, it } from "vitest";
import { fillOrder } from "../../lib/desk/execution/fill-order.ts";
import { fillSpread } from "../../lib/desk/execution/fill-spread.ts";
import { readEvents } from "../../lib/store/events.ts";
import { unlimited, useDesk } from "../support/desk.ts";
import { marketOf, untraded } from "../support/market.ts";

const desk = useDesk("fills");
const { submit, dispatchOnly, order } = desk;

let price = 100;
const begin = (settings: object = {}) => {
  price = 100;
  return desk.begin({ GME: () => price, SPY: 400 }, { ...unlimited, ...settings });
};
const pass = (seconds: number) => {
  desk.stage.cloud.time.now = new Date(desk.stage.cloud.time.now.getTime() + seconds * 1_000);
};
const shares = { symbol: "GME", execution_type: "equity", quantity: 10 };

/** An order that executes, and is worked by hand. */
async function executing(body: object): Promise<string> {
  const id = await submit(body);
  expect(await dispatchOnly()).toMatchObject({ executing: 1 });
  return id;
}
const look = (orderId: string) => fillOrder(desk.services, { orderId });

describe("an order that executes", () => {
  it("is filled in parts where less is quoted, never more at once, and by the average", async () => {
    await begin();
    const id = await executing({ ...shares, quantity: 250 });
    // A hundred shares are bid and asked for.
    expect(await look(id)).toMatchObject({ status: "partially_filled", filled: 100, done: false, waitSeconds: 5 });
    price = 103;
    expect(await look(id)).toMatchObject({ status: "partially_filled", filled: 200 });
    expect(await look(id)).toMatchObject({ status: "filled", filled: 250, done: true });
    const { fills, fill_price } = await order(id);
    expect(fills.map(({ quantity, price: paid }) => [quantity, paid])).toEqual([
      [100, 100.01],
      [100, 103.01],
      [50, 103.01],
    ]);
    expect(fill_price).toBe(101.81);
    expect((await desk.book()).positions).toMatchObject([{ position_id: id, quantity: 250, cost_cents: 2_545_250 }]);
  });

  it("waits for its limit, and is given up when its time is over", async () => {
    await begin();
    const id = await executing({ ...shares, limit_price: 99 });
    expect(await look(id)).toMatchObject({ status: "executing", filled: 0, done: false });
    pass(299);
    expect(await look(id)).toMatchObject({ status: "executing" });
    pass(1);
    expect(await look(id)).toMatchObject({ status: "cancelled", done: true });
    expect((await order(id)).error_message).toBe("unfilled within its time");
  });

  it("keeps what was filled when the rest is given up", async () => {
    await begin();
    const id = await executing({ ...shares, quantity: 150, limit_price: 100.5 });
    await look(id);
    price = 101;
    pass(300);
    await look(id);
    expect(await order(id)).toMatchObject({ status: "cancelled", filled_quantity: 100, fill_price: 100.01 });
    expect((await desk.book()).positions).toMatchObject([{ quantity: 100 }]);
  });

  it("is not filled at a price of before the last session", async () => {
    const services = await begin();
    const id = await executing(shares);
    desk.stage.scene.market = untraded(marketOf({ GME: 100, SPY: 400 }), "GME", "2026-03-02");
    expect(await look(id)).toMatchObject({ status: "executing", filled: 0 });
    expect((await readEvents(services.store, 0, 100)).events.at(-1)).toMatchObject({ data: { status: "executing" } });
  });

  it("looked at twice at once, is filled once", async () => {
    await begin();
    const id = await executing(shares);
    const [first, second] = await Promise.all([look(id), look(id)]);
    expect([first?.status, second?.status]).toEqual(["filled", "filled"]);
    expect((await order(id)).fills).toHaveLength(1);
    expect((await desk.book()).cashCents).toBe(9_899_990);
  });
});

describe("a two-part spread", () => {
  const legs = [
    { symbol: "GME260320C100", side: "buy" },
    { symbol: "GME260320C110", side: "sell" },
    { symbol: "GME260320P100", side: "sell" },
    { symbol: "GME260320P90", side: "buy" },
  ];
  const spread = (two_part_config?: object) =>
    executing({ symbol: "GME", execution_type: "two_part_spread", legs, two_part_config });
  const attempt = (orderId: string) => fillSpread(desk.services, { orderId });

  it("fills the debit part first and the credit part only then, where the market meets their limits", async () => {
    await begin();
    const id = await spread({ debit_factor: 1, credit_factor: 0 });
    expect(await attempt(id)).toMatchObject({ status: "partially_filled", done: false });
    expect((await desk.book()).positions).toMatchObject([
      { position_id: id, legs: [{ quantity: 1 }, { quantity: -1 }] },
    ]);
    // The credit has to bring what the debit cost, which it only does where puts are dearer.
    const debit = (await order(id)).fills[0]?.price ?? 0;
    price = 97;
    expect(await attempt(id)).toMatchObject({ status: "filled", done: true });
    const { fills, fill_price, transitions } = await order(id);
    expect(fills.map(({ part }) => part)).toEqual(["debit", "credit"]);
    expect(fills[1]?.price).toBeGreaterThanOrEqual(debit);
    expect(fill_price).toBeLessThanOrEqual(0);
    expect(transitions.map(({ to }) => to).slice(-2)).toEqual(["partially_filled", "filled"]);
    expect((await desk.book()).positions.map(({ position_id }) => position_id)).toEqual([id, `${id}.2`]);
  });

  it("is not filled once the market has closed", async () => {
    await begin();
    const id = await spread({ debit_factor: 1, credit_factor: 0 });
    desk.moveTo("2026-03-02T21:30:00Z");
    expect(await attempt(id)).toMatchObject({ status: "executing", done: false });
    expect((await order(id)).fills).toEqual([]);
  });

  it("is given up after ten attempts in vain", async () => {
    await begin();
    const id = await spread();
    for (let attempts = 0; attempts < 10; attempts++) {
      expect(await attempt(id)).toMatchObject({ status: "executing", done: false, waitSeconds: 3 });
    }
    expect(await attempt(id)).toMatchObject({ status: "cancelled", done: true });
    expect((await order(id)).error_message).toBe("the debit part was not filled in 10 attempts");
    expect((await desk.book()).positions).toEqual([]);
  });

  it("keeps its debit part where the credit part is given up, and says so aloud", async () => {
    const services = await begin();
    const id = await spread({ debit_factor: 1 });
    price = 105;
    for (let attempts = 0; attempts < 12; attempts++) await attempt(id);
    expect(await order(id)).toMatchObject({ status: "cancelled", fills: [{ part: "debit" }] });
    expect((await desk.book()).positions).toHaveLength(1);
    expect((await readEvents(services.store, 0, 100)).events.at(-1)).toMatchObject({
      ...{ channel: "alerts", type: "alert" },
      data: { level: "warning", source: "orders" },
    });
  });
});
