import { beforeEach, describe, expect, it } from "vitest";
import { haltBreaker } from "../../lib/desk/breaker/halt.ts";
import { fillOrder } from "../../lib/desk/execution/fill-order.ts";
import { orderRequestSchema } from "../../lib/desk/orders/request.ts";
import { submitOrder } from "../../lib/desk/orders/submit-order.ts";
import type { OrderView } from "../../lib/desk/orders/view.ts";
import { readAccount } from "../../lib/desk/positions/stored.ts";
import type { BookPosition } from "../../lib/desk/positions/view.ts";
import { watchPositions } from "../../lib/desk/watch/watch-positions.ts";
import type { Split } from "../../lib/providers/market/splits.ts";
import { changeSettings } from "../../lib/realm/stored-settings.ts";
import { readEvents } from "../../lib/store/events.ts";
import { call } from "../support/cloud.ts";
import { unlimited, useDesk } from "../support/desk.ts";
import { marketOf, untraded } from "../support/market.ts";

const desk = useDesk("book-rolls");
const { order, over, dispatch, moveTo } = desk;

/** A Friday, on which the contracts of 20 March have seven days left; the day after it is a Monday. */
const friday = "2026-03-13T15:30:00Z";
const monday = "2026-03-16T15:30:00Z";
const call100 = [{ symbol: "GME260320C100", side: "buy" }];

let price = 100;
beforeEach(() => {
  price = 100;
  desk.stage.cloud.time.now = new Date("2026-03-02T15:30:00Z");
});
const begin = (settings: object = {}, splits: Split[] = []) =>
  desk.begin(
    { GME: (_day, candle) => price + (candle % 2), SPY: (_day, candle) => 400 + 4 * (candle % 2) },
    { ...unlimited, ...settings },
    { GME: splits },
  );
/** The wall clock, by which the broker's login is good for a week. */
const pass = (seconds: number) => {
  desk.stage.cloud.time.now = new Date(desk.stage.cloud.time.now.getTime() + seconds * 1_000);
};
const nextDay = () => {
  pass(86_400);
  return moveTo(monday);
};
const watch = () => watchPositions(desk.services);

/** Bought by an order of this origin. */
async function hold(body: object, origin: "bot" | "manual" = "bot"): Promise<string> {
  const order = orderRequestSchema.parse({ symbol: "GME", execution_type: "manual_legs", ...body });
  const request = { operation: "submit-order", key: undefined, apiKeyId: "system", body: order };
  const { order_id } = await submitOrder(desk.services, { request, origin });
  await dispatch();
  expect(await over(order_id)).toMatchObject({ status: "filled" });
  return order_id;
}

interface Pair {
  closing: OrderView;
  opening: OrderView;
}
const listed = async (): Promise<OrderView[]> => (await call("orders/list-orders")).body.data.orders;
/** The orders of each roll, the first one first. */
async function rolls(): Promise<Pair[]> {
  const orders = (await listed()).toReversed();
  return orders.flatMap((opening) => {
    const closing = orders.find(({ order_id }) => order_id === opening.after_order_id);
    return closing ? [{ closing, opening }] : [];
  });
}
async function onlyRoll(): Promise<Pair> {
  const [pair, ...more] = await rolls();
  if (!pair || more.length > 0) throw new Error(`${more.length} more rolls`);
  return pair;
}
/** The roll that the next look begins. */
async function begun(): Promise<Pair> {
  expect(await watch()).toMatchObject({ managed: 1 });
  return onlyRoll();
}
const positions = async (status: "open" | "closed" = "open"): Promise<BookPosition[]> =>
  (await call("book/list-book-positions", { query: { book: "desk", status } })).body.data.positions;
const gains = async () => (await call("book/get-profit")).body.data;
const alerts = async () =>
  (await readEvents(desk.services.store, 0, 1_000)).events
    .filter(({ type }) => type === "alert")
    .map(({ subject_id, data }) => ({ subject_id, ...data }));
const history = async () =>
  [...(await positions()), ...(await positions("closed"))].flatMap((position) => position.management_history);

describe("a position whose contracts have seven days left", () => {
  it("is closed by one order and opened again by another, which waits for the first, for the same source", async () => {
    await begin({ commission_option_usd: 0.65 });
    const id = await hold({ legs: call100, quantity: 3 });
    moveTo(friday);
    const { closing, opening } = await begun();
    expect(closing).toMatchObject({
      ...{ origin: "bot", priority: "high", position_id: id, after_order_id: null, quantity: 3, limit_price: null },
      legs: [{ symbol: "GME   260320C00100000", side: "sell", quantity: 1 }],
    });
    expect(opening).toMatchObject({
      ...{ origin: "bot", priority: "high", position_id: null, after_order_id: closing.order_id, quantity: 3 },
      legs: [{ symbol: "GME   260410C00098770", side: "buy", quantity: 1 }],
    });
    expect(await dispatch()).toMatchObject({ checked: 1, executing: 1 });
    expect(await order(opening.order_id)).toMatchObject({ status: "pending", checks: [] });
    expect(await over(closing.order_id)).toMatchObject({ status: "filled", filled_quantity: 3 });
    expect(await dispatch()).toMatchObject({ checked: 1, executing: 1 });
    expect(await over(opening.order_id)).toMatchObject({ status: "filled", filled_quantity: 3 });
    expect(await positions()).toMatchObject([
      {
        ...{ position_id: opening.order_id, symbol: "GME   260410C00098770", quantity: 3, source: "bot" },
        ...{ bot_managed: true, opened_at: "2026-03-13T15:30:00.000Z", realized_pnl: 0 },
        notes: `Rolled from GME   260320C00100000, position ${id}.`,
      },
    ]);
    const details = "It expires on 2026-03-20 and becomes GME   260410C00098770.";
    expect(await positions("closed")).toMatchObject([
      {
        ...{ position_id: id, source: "bot", quantity: 0 },
        management_history: [{ action: "roll", level: null, order_id: closing.order_id, details }],
      },
    ]);
    // Bought at 1.92 and sold at 1.14, with six commissions of 0.65.
    expect(await readAccount(desk.services)).toMatchObject({ realized_bot_cents: -23_790, realized_cents: -23_790 });
    const { total_pnl, realized_pnl, unrealized_pnl } = await gains();
    expect(realized_pnl).toBe(-237.9);
    expect(total_pnl).toBeCloseTo(realized_pnl + unrealized_pnl, 9);
  });

  it("of a person stays a person's", async () => {
    await begin();
    await hold({ legs: call100 }, "manual");
    moveTo(friday);
    const { closing, opening } = await begun();
    expect([closing.origin, opening.origin]).toEqual(["bot", "manual"]);
    await dispatch();
    await over(closing.order_id);
    await dispatch();
    await over(opening.order_id);
    expect(await positions()).toMatchObject([{ source: "manual", symbol: "GME   260410C00098770" }]);
    expect(await readAccount(desk.services)).toMatchObject({ realized_bot_cents: 0 });
  });

  it("keeps the name of its strategy and its form", async () => {
    await begin({ bot_roll_mode: "same_strikes", bot_profit_levels: [] });
    const spread = { symbol: "SPY", execution_type: "option_strategy", strategy_name: "call_spread", legs: undefined };
    const id = await hold(spread);
    const strikes = (legs: { symbol: string }[] | null) =>
      legs?.map(({ symbol }) => [symbol.slice(0, 12), symbol.slice(12)]);
    const before = strikes((await order(id)).legs);
    // 7 days before 17 April.
    expect(before?.[0]?.[0]).toBe("SPY   260417");
    moveTo("2026-04-10T15:30:00Z");
    const { closing, opening } = await begun();
    await dispatch();
    await over(closing.order_id);
    await dispatch();
    expect(await over(opening.order_id)).toMatchObject({ status: "filled", strategy_name: "call_spread" });
    const [held] = await positions();
    expect(held).toMatchObject({ symbol: "SPY call_spread", strategy_type: "call_spread", quantity: 1 });
    expect(strikes(held?.legs ?? null)).toEqual(before?.map(([, strike]) => ["SPY   260508", strike]));
    expect(held?.legs.map(({ quantity }) => quantity)).toEqual([1, -1]);
  });

  it("is rolled once, by however many watchers at once and however often they look", async () => {
    await begin();
    await hold({ legs: call100, quantity: 2 });
    moveTo(friday);
    const looks = await Promise.all([watch(), watch(), watch(), watch()]);
    expect(looks.filter(({ managed }) => managed > 0)).toHaveLength(1);
    await watch();
    expect(await listed()).toHaveLength(3);
    const { closing, opening } = await onlyRoll();
    await Promise.all([dispatch(), dispatch(), dispatch()]);
    await over(closing.order_id);
    await Promise.all([dispatch(), dispatch(), dispatch()]);
    expect((await over(opening.order_id)).fills).toHaveLength(1);
    await watch();
    expect(await listed()).toHaveLength(3);
    expect(await positions()).toMatchObject([{ quantity: 2 }]);
  });

  it("held by two sources is rolled for each of them, and neither is taken for the other's repetition", async () => {
    await begin();
    await hold({ legs: call100 }, "bot");
    await hold({ legs: call100 }, "manual");
    await changeSettings(desk.services, { order_duplicate_seconds: 60 });
    moveTo(friday);
    expect(await watch()).toMatchObject({ managed: 2 });
    await dispatch();
    for (const { closing } of await rolls()) expect(await over(closing.order_id)).toMatchObject({ status: "filled" });
    await dispatch();
    for (const { opening } of await rolls()) expect(await over(opening.order_id)).toMatchObject({ status: "filled" });
    expect((await positions()).map(({ source }) => source).toSorted()).toEqual(["bot", "manual"]);
  });
});

describe("where the first order does not close all", () => {
  it("as many are opened again as were closed, and the rest is rolled on another day", async () => {
    await begin();
    // Ten contracts are quoted at a time.
    const body = { legs: call100, quantity: 12 };
    const id = await desk.submit({ symbol: "GME", execution_type: "manual_legs", ...body });
    await desk.dispatchOnly();
    await fillOrder(desk.services, { orderId: id });
    await fillOrder(desk.services, { orderId: id });
    moveTo(friday);
    const { closing, opening } = await begun();
    await desk.dispatchOnly();
    await fillOrder(desk.services, { orderId: closing.order_id });
    pass(300);
    desk.stage.scene.schwabFaults = ({ path }) => (path.endsWith("/quotes") ? { status: 500, body: "{}" } : undefined);
    await fillOrder(desk.services, { orderId: closing.order_id });
    desk.stage.scene.schwabFaults = undefined;
    expect(await order(closing.order_id)).toMatchObject({ status: "cancelled", filled_quantity: 10 });
    await dispatch();
    expect(await over(opening.order_id)).toMatchObject({ status: "filled", quantity: 10, filled_quantity: 10 });
    await watch();
    expect(await rolls()).toHaveLength(1);
    nextDay();
    await watch();
    const [, second] = await rolls();
    await dispatch();
    await over(second?.closing.order_id ?? "");
    await dispatch();
    await over(second?.opening.order_id ?? "");
    expect((await positions()).reduce((sum, { quantity }) => sum + quantity, 0)).toBe(12);
    expect(await alerts()).toEqual([]);
  });

  it("nothing is opened where nothing was closed, and all is as it was", async () => {
    await begin();
    const id = await hold({ legs: call100 });
    moveTo(friday);
    const { closing, opening } = await begun();
    expect(await call("orders/cancel-order", { params: { id: closing.order_id } })).toMatchObject({ status: 200 });
    await dispatch();
    expect(await order(opening.order_id)).toMatchObject({
      status: "cancelled",
      error_message: "nothing was closed that it could open again: the order before it ended cancelled",
    });
    expect(await positions()).toMatchObject([{ position_id: id, quantity: 1 }]);
    expect(await alerts()).toEqual([]);
    await watch();
    expect(await rolls()).toHaveLength(1);
    nextDay();
    await watch();
    expect(await rolls()).toHaveLength(2);
  });

  it("nor where the position was closed by another order first", async () => {
    await begin();
    const id = await hold({ legs: call100 });
    moveTo(friday);
    const { closing, opening } = await begun();
    await changeSettings(desk.services, { bot_roll_mode: "off" });
    const { order_id } = (await call("book/close-book-position", { params: { id } })).body.data;
    await desk.dispatchOnly();
    await fillOrder(desk.services, { orderId: order_id });
    await fillOrder(desk.services, { orderId: closing.order_id });
    await dispatch();
    expect((await order(closing.order_id)).filled_quantity + (await order(order_id)).filled_quantity).toBe(1);
    expect((await order(opening.order_id)).status).toBe("cancelled");
    expect(await positions()).toEqual([]);
  });

  it("nor where it was split meanwhile: what is held then is rolled by itself", async () => {
    await begin({}, [{ date: "2026-03-16", ratio: 10 }]);
    await hold({ legs: call100 });
    moveTo(friday);
    const { closing, opening } = await begun();
    price = 10;
    nextDay();
    await desk.dispatchOnly();
    await fillOrder(desk.services, { orderId: closing.order_id });
    await fillOrder(desk.services, { orderId: closing.order_id });
    expect((await order(closing.order_id)).status).toBe("cancelled");
    await dispatch();
    expect((await order(opening.order_id)).status).toBe("cancelled");
    expect(await watch()).toMatchObject({ managed: 1 });
    const [, second] = await rolls();
    expect(second?.closing.legs).toMatchObject([{ symbol: "GME   260320C00010000" }]);
    expect(second?.closing.quantity).toBe(10);
  });
});

describe("where the second order opens nothing", () => {
  async function closed() {
    await begin();
    await hold({ legs: call100, quantity: 2 });
    moveTo(friday);
    const { closing, opening } = await begun();
    await dispatch();
    await over(closing.order_id);
    return opening.order_id;
  }
  const said = (id: string, why: string) => [
    {
      ...{ subject_id: id, level: "warning", source: "orders" },
      message: `GME: 2 of 2 units that were closed to be rolled were not opened again: ${why}`,
    },
  ];

  it("because the market did not, the position is closed, its gains are kept, and that is said aloud", async () => {
    const id = await closed();
    await desk.dispatchOnly();
    desk.stage.scene.schwabFaults = ({ path }) => (path.endsWith("/quotes") ? { status: 200, body: "{}" } : undefined);
    await fillOrder(desk.services, { orderId: id });
    pass(300);
    await fillOrder(desk.services, { orderId: id });
    desk.stage.scene.schwabFaults = undefined;
    expect(await order(id)).toMatchObject({ status: "cancelled", filled_quantity: 0 });
    expect(await alerts()).toEqual(said(id, "unfilled within its time"));
    expect(await positions()).toEqual([]);
    expect(await gains()).toMatchObject({ realized_pnl: -156, unrealized_pnl: 0, total_pnl: -156 });
  });

  it("because it was refused by then, that is said too", async () => {
    const id = await closed();
    await changeSettings(desk.services, { order_max_open_positions: 0 });
    await dispatch();
    expect(await order(id)).toMatchObject({ status: "rejected" });
    expect(await alerts()).toEqual(said(id, "max_open_positions: 0 positions are open, and 0 is the limit."));
  });
});

describe("a roll is not begun", () => {
  /** Held and due, in these circumstances. */
  async function due(settings: object = {}, body: object = {}) {
    await begin(settings);
    const id = await hold({ legs: call100, ...body });
    moveTo(friday);
    return id;
  }
  async function expectNone() {
    await watch();
    expect(await rolls()).toEqual([]);
  }

  it("where its second half would be refused: its history says why, once a day", async () => {
    await due();
    await changeSettings(desk.services, { order_value_max_usd: 200 });
    await expectNone();
    await expectNone();
    expect(await history()).toMatchObject([
      {
        ...{ action: "none", order_id: null },
        details:
          "It expires on 2026-03-20 and is not rolled: order_value: The order is worth $305, and $200 is the limit.",
      },
    ]);
    nextDay();
    await expectNone();
    expect(await history()).toHaveLength(2);
    await changeSettings(desk.services, { order_value_max_usd: 1_000_000 });
    expect(await watch()).toMatchObject({ managed: 1 });
  });

  it("but it has the place of what it closes, is no further trade of the day, and waits for no spacing", async () => {
    await due();
    await changeSettings(desk.services, { order_max_open_positions: 1, orders_per_day: 1, order_spacing_seconds: 60 });
    const { closing, opening } = await begun();
    await dispatch();
    await over(closing.order_id);
    await dispatch();
    expect(await over(opening.order_id)).toMatchObject({ status: "filled" });
  });

  it("where the queue has no room for both of its orders", async () => {
    await due();
    await changeSettings(desk.services, { order_queue_capacity: 1 });
    await expectNone();
    expect(await history()).toEqual([]);
    await changeSettings(desk.services, { order_queue_capacity: 2 });
    expect(await watch()).toMatchObject({ managed: 1 });
  });

  it("where there is nothing it could become", async () => {
    await due({ bot_roll_mode: "same_strikes" });
    await expectNone();
    expect(await history()).toMatchObject([
      {
        details:
          "It expires on 2026-03-20 and is not rolled: GME has no contracts of 21 to 60 days that it could become.",
      },
    ]);
  });

  it("where it has to bring money in and does not; where it does, neither order takes less", async () => {
    await due({ bot_roll_require_credit: true });
    await expectNone();
    expect(await history()).toMatchObject([
      { details: "It expires on 2026-03-20 and is not rolled: it would bring no money in." },
    ]);
    await begin({ bot_roll_require_credit: true, bot_profit_levels: [] });
    await hold({ legs: [{ symbol: "GME260320C100", side: "sell" }] });
    moveTo(friday);
    // What is owed costs 1.18, and the later call brings 2.99.
    const { closing, opening } = await begun();
    expect([closing.limit_price, opening.limit_price]).toEqual([1.18, 1.19]);
    await dispatch();
    await over(closing.order_id);
    await dispatch();
    expect(await over(opening.order_id)).toMatchObject({ status: "filled", fill_price: 2.99 });
  });

  it("where the bot may not, where it is off, before its days, and on the last one", async () => {
    await due({}, { bot_managed: false });
    await expectNone();
    await due({ bot_roll_mode: "off" });
    await expectNone();
    await due();
    moveTo("2026-03-12T15:30:00Z");
    await expectNone();
    moveTo("2026-03-20T15:30:00Z");
    await expectNone();
    expect(await history()).toEqual([]);
  });

  it("where the stop is reached: that comes first", async () => {
    await due({ bot_stop_loss_pct: -0.3 });
    await watch();
    expect(await rolls()).toEqual([]);
    expect(await history()).toMatchObject([{ action: "stop_loss" }]);
  });

  it.each(["/quotes", "/chains"])("where the broker does not answer %s, and says nothing of it", async (asked) => {
    await due();
    desk.stage.scene.schwabFaults = ({ path }) => (path.endsWith(asked) ? { status: 500, body: "{}" } : undefined);
    await expectNone();
    desk.stage.scene.schwabFaults = undefined;
    expect(await history()).toEqual([]);
    expect(await watch()).toMatchObject({ managed: 1 });
  });

  it("while trading is halted", async () => {
    await due();
    await dispatch();
    await haltBreaker(desk.services, { reason: "The news." }, "key-1");
    await expectNone();
    expect(await history()).toEqual([]);
  });

  it("at a price of before the session", async () => {
    await due();
    desk.stage.scene.market = untraded(marketOf({ GME: 100, SPY: 400 }), "GME", "2026-03-13");
    await expectNone();
  });

  it("of what needs a person", async () => {
    await begin({}, [{ date: "2026-03-13", ratio: 1.5 }]);
    await hold({ legs: call100 });
    moveTo(friday);
    await expectNone();
    expect((await positions())[0]?.review_reason).toContain("deliver something else");
  });
});

it("in the mode semi_auto each of the two orders waits for a person", async () => {
  await begin();
  await hold({ legs: call100 }, "manual");
  moveTo(friday);
  await changeSettings(desk.services, { order_mode: "semi_auto" });
  const { closing, opening } = await begun();
  const approve = (id: string) => call("orders/approve-order", { params: { id }, body: { approved_by: "Ann" } });
  await dispatch();
  expect(await order(closing.order_id)).toMatchObject({
    status: "awaiting_approval",
    notes: expect.stringContaining("becomes"),
  });
  expect(await order(opening.order_id)).toMatchObject({ status: "pending" });
  await approve(closing.order_id);
  await dispatch();
  await over(closing.order_id);
  await dispatch();
  expect(await order(opening.order_id)).toMatchObject({ status: "awaiting_approval" });
  await approve(opening.order_id);
  await dispatch();
  expect(await over(opening.order_id)).toMatchObject({ status: "filled" });
});
