import { describe, expect, it } from "vitest";
import { watchPositions } from "../../lib/desk/watch/watch-positions.ts";
import { readEvents } from "../../lib/store/events.ts";
import { call } from "../support/cloud.ts";
import { unlimited, useDesk } from "../support/desk.ts";
import { seedPositions, stockAt100 } from "../support/trading-seeds.ts";

const desk = useDesk("book");
const { trade, dispatch, over } = desk;

const shares = { symbol: "GME", execution_type: "equity", quantity: 100 };
const contract = { symbol: "GME260320C100", side: "buy" };
let price = 100;
const begin = (settings: object = {}) => {
  price = 100;
  return desk.begin({ GME: () => price, SPY: 400 }, { ...unlimited, ...settings });
};
const get = async (name: string, query: Record<string, string> = {}) =>
  (await call(`book/${name}`, { query })).body.data;
const positions = (query: Record<string, string> = {}) => get("list-book-positions", query);
const one = (id: string) => call("book/get-book-position", { params: { id } });
const watch = () => watchPositions(desk.services);

describe("without any order", () => {
  it("positions, summary and gains are zeros", async () => {
    await begin();
    expect(await positions()).toEqual({ positions: [], count: 0, total: 0, total_value: 0, total_unrealized_pnl: 0 });
    expect(await get("get-book-summary")).toEqual({
      ...{ total_positions: 0, winning_positions: 0, losing_positions: 0 },
      ...{ bot_positions: 0, manual_positions: 0, autonomous_positions: 0, avg_holding_days: 0 },
      ...{ best_performer: null, worst_performer: null },
    });
    for (const book of ["desk", "paper"]) {
      const { portfolio_value, cash, buying_power, timestamp, ...gains } = await get("get-profit", { book });
      const all = book === "desk" ? 100_000 : 400_000;
      expect([portfolio_value, cash, buying_power]).toEqual([all, all, all]);
      expect(timestamp).toBe("2026-03-02T15:30:00.000Z");
      expect(new Set(Object.values(gains))).toEqual(new Set([0]));
    }
  });
});

describe("what was bought", () => {
  it("is valued at what the market says now, and its gains are the account's", async () => {
    await begin();
    const { order_id } = await trade(shares);
    await watch();
    price = 103;
    expect(await watch()).toEqual({ priced: 1, managed: 0 });
    const listed = await positions();
    // Bought at the ask, 100.01.
    expect(listed).toMatchObject({ count: 1, total: 1, total_value: 10_300, total_unrealized_pnl: 299 });
    expect(listed.positions[0]).toMatchObject({
      ...{ position_id: order_id, symbol: "GME", quantity: 100, avg_cost: 100.01, current_price: 103 },
      ...{ market_value: 10_300, unrealized_pnl: 299, unrealized_pnl_pct: 0.029897, realized_pnl: 0 },
      ...{ source: "manual", book: "desk", portfolio_id: null, days_held: 0, closed_at: null },
      greeks: { delta: 100, gamma: 0, theta: 0, vega: 0, rho: 0, iv: null, source: "calculated" },
    });
    expect(await get("get-profit")).toMatchObject({
      ...{ daily_pnl: 299, weekly_pnl: 299, monthly_pnl: 299, total_pnl: 299, total_pnl_pct: 0.00299 },
      ...{ unrealized_pnl: 299, realized_pnl: 0, portfolio_value: 100_299, cash: 89_999, buying_power: 89_999 },
    });
    expect(await get("get-book-summary")).toMatchObject({
      ...{ total_positions: 1, winning_positions: 1, losing_positions: 0, manual_positions: 1, best_performer: "GME" },
    });
  });

  it("is found by its id, by its symbol, and by filters", async () => {
    await begin();
    const { order_id } = await trade(shares);
    await watch();
    expect((await one(order_id)).body.data).toMatchObject({ position_id: order_id });
    expect((await one("gme")).body.data).toMatchObject({ symbol: "GME", positions: [{ position_id: order_id }] });
    expect((await one("AMC")).body.data).toEqual({ symbol: "AMC", positions: [] });
    expect(await one("no id, no symbol")).toMatchObject({ status: 404 });
    const counted = async (query: Record<string, string>) => (await positions(query)).total;
    expect(await counted({ source: "manual", symbol: "gme", book: "desk" })).toBe(1);
    expect(await counted({ source: "bot" })).toBe(0);
    expect(await counted({ book: "paper" })).toBe(0);
    expect(await counted({ min_pnl: "0.01" })).toBe(0);
    expect(await counted({ max_pnl: "-0.5", min_pnl: "-2" })).toBe(1);
    expect(await counted({ status: "closed" })).toBe(0);
  });

  it("stands beside what the analyses opened, each found by its id", async () => {
    const services = await begin();
    const paper = stockAt100(37, { ticker: "AMC" });
    await seedPositions(services, [paper]);
    const { order_id } = await trade(shares);
    expect((await positions()).positions.map(({ position_id }: { position_id: string }) => position_id)).toEqual([
      order_id,
      paper.id,
    ]);
    expect((await one(paper.id)).body.data).toMatchObject({
      ...{ position_id: paper.id, symbol: "AMC", quantity: 37, avg_cost: 100, book: "paper", source: "autonomous" },
      portfolio_id: paper.portfolio_id,
    });
    expect((await positions({ book: "paper", portfolio_id: paper.portfolio_id })).total).toBe(1);
  });

  it("is closed by an order of its own, a part or all, and keeps what it realised", async () => {
    await begin();
    const { order_id: id } = await trade(shares);
    price = 110;
    const close = (body: object) => call("book/close-book-position", { params: { id }, body });
    const half = await close({ quantity_pct: 0.5 });
    expect(half).toMatchObject({ status: 202, body: { data: { position_id: id, quantity: 50 } } });
    await dispatch();
    expect(await over(half.body.data.order_id)).toMatchObject({
      ...{ status: "filled", priority: "high", side: "sell", position_id: id, fill_price: 109.99 },
    });
    const rest = await close({});
    await dispatch();
    await over(rest.body.data.order_id);
    // 9.98 a share.
    expect((await positions({ status: "closed" })).positions).toMatchObject([{ quantity: 0, realized_pnl: 998 }]);
    expect(await get("get-profit")).toMatchObject({ realized_pnl: 998, unrealized_pnl: 0, total_pnl: 998 });
    expect(await close({})).toMatchObject({ status: 409, body: { error: { code: "POSITION_ALREADY_CLOSED" } } });
  });

  it("is closed at a named price only where the market, asked, has none", async () => {
    await begin();
    const { order_id: id } = await trade(shares);
    const close = (body: object) => call("book/close-book-position", { params: { id }, body });
    expect(await close({ price: 90 })).toMatchObject({ status: 409, body: { error: { code: "MARKET_HAS_PRICE" } } });
    desk.stage.scene.schwabFaults = ({ path }) => (path.endsWith("/quotes") ? { status: 500, body: "{}" } : undefined);
    expect(await close({ price: 90 })).toMatchObject({ status: 503, body: { error: { code: "PRICE_UNAVAILABLE" } } });
    desk.stage.scene.schwabFaults = ({ path }) => (path.endsWith("/quotes") ? { status: 200, body: "{}" } : undefined);
    expect(await close({ price: 90, quantity_pct: 0.5 })).toMatchObject({ status: 202 });
    // Fifty for 90 that cost 100.01.
    expect((await positions()).positions).toMatchObject([{ quantity: 50, realized_pnl: -500.5 }]);
    expect(await close({ price: 90.00001 })).toMatchObject({ status: 422 });
  });

  it("is not closed twice: of two orders for all of it the second finds nothing, and opens nothing", async () => {
    await begin();
    const { order_id: id } = await trade(shares);
    const close = async () =>
      (await call("book/close-book-position", { params: { id }, body: {} })).body.data.order_id as string;
    const both = [await close(), await close()];
    await dispatch();
    const ends = await Promise.all(both.map((order) => over(order)));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(["cancelled", "filled"]);
    expect((await positions()).total).toBe(0);
  });
});

describe("the bot", () => {
  const held = async (settings: object = {}, quantity = 10) => {
    await begin(settings);
    return (await trade({ symbol: "GME", execution_type: "manual_legs", legs: [contract], quantity })).order_id;
  };
  const history = async (id: string) =>
    (await one(id)).body.data.management_history.map(({ action, level, order_id }: Record<string, unknown>) => ({
      ...{ action, level, ordered: order_id !== null },
    }));
  const managed = async () => {
    await watch();
    await dispatch();
  };

  it("takes a part of the profit at each level, once", async () => {
    const id = await held();
    price = 106;
    await managed();
    await managed();
    expect(await history(id)).toContainEqual({ action: "take_profit", level: 0.5, ordered: true });
    expect((await history(id)).filter(({ level }: { level: number }) => level === 0.5)).toHaveLength(1);
  });

  it("never closes a single contract by a part, and marks the level as done", async () => {
    const id = await held({}, 1);
    price = 108;
    await managed();
    expect(await history(id)).toContainEqual({ action: "take_profit", level: 0.5, ordered: false });
    expect((await positions()).positions).toMatchObject([{ quantity: 1 }]);
  });

  it("closes all of it at the stop, by one urgent order", async () => {
    const id = await held({ bot_stop_loss_pct: -0.3 });
    price = 96;
    await watch();
    await watch();
    expect(await history(id)).toEqual([{ action: "stop_loss", level: null, ordered: true }]);
    const { orders } = (await call("orders/list-orders", { query: { status: "pending" } })).body.data;
    expect(orders).toMatchObject([{ priority: "urgent", origin: "bot", position_id: id, quantity: 10 }]);
    await dispatch();
    expect(await over(orders[0].order_id)).toMatchObject({ status: "filled" });
    expect((await positions({ status: "closed" })).positions).toMatchObject([{ position_id: id, source: "manual" }]);
  });

  it("leaves alone what it may not manage", async () => {
    await begin({ bot_stop_loss_pct: -0.3 });
    const legs = [contract];
    const own = { symbol: "GME", execution_type: "manual_legs", legs, bot_managed: false };
    const { order_id } = await trade(own);
    price = 90;
    expect((await watch()).managed).toBe(0);
    expect(await history(order_id)).toEqual([]);
  });
});

it("tells of new values and of the account's gains", async () => {
  const services = await begin();
  await trade(shares);
  price = 101;
  await watch();
  const { events } = await readEvents(services.store, 0, 100);
  expect(events.slice(-2)).toMatchObject([
    { channel: "positions", type: "position_updated", data: { symbol: "GME", current_price: 101, unrealized_pnl: 99 } },
    { channel: "pnl", type: "pnl_update", data: { daily_pnl: 99, total_pnl: 99, unrealized_pnl: 99 } },
  ]);
});
