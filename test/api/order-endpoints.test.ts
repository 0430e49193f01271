import { describe, expect, it } from "vitest";
import { readEvents } from "../../lib/store/events.ts";
import { useEndpoints } from "../support/endpoints.ts";

const api = useEndpoints();
const { data, refusal, contents, pass } = api;

const submit = "POST /api/v1/orders";
const list = "GET /api/v1/orders";
const one = "GET /api/v1/orders/{id}";
const cancel = "DELETE /api/v1/orders/{id}";
const pending = "GET /api/v1/orders/pending/count";

const condor = { symbol: "SPY", execution_type: "option_strategy", strategy_name: "iron_condor" };
const shares = { symbol: "gme", execution_type: "equity", quantity: 10 };
const call = { symbol: "SPY240119C400", side: "buy" };
const put = { symbol: "SPY240119P380", side: "sell", quantity: 2 };

const order = async (body: object, headers: Record<string, string> = {}) =>
  (await data(submit, { body, headers })).order_id as string;
const shown = (id: string) => data(one, { params: { id } });
const eventsOf = async () => (await readEvents(api.services.store, 0, 100)).events;

describe("POST /api/v1/orders", () => {
  it("accepts a strategy, which then waits", async () => {
    expect(await data(submit, { body: condor })).toEqual({
      order_id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      status: "pending",
      created_at: "2026-03-02T15:30:00.000Z",
      message: "Order submitted successfully",
    });
    expect(await data(pending)).toEqual({ pending_count: 1 });
  });

  it("accepts legs, and names their contracts as the OCC does", async () => {
    const id = await order({ symbol: "SPY", execution_type: "manual_legs", legs: [call, put] });
    expect((await shown(id)).legs).toEqual([
      { symbol: "SPY   240119C00400000", side: "buy", quantity: 1, limit_price: null },
      { symbol: "SPY   240119P00380000", side: "sell", quantity: 2, limit_price: null },
    ]);
  });

  it("shows the whole record, with what was left out as its default", async () => {
    const id = await order({ ...shares, expiration_minutes: 60 });
    expect(await shown(id)).toEqual({
      ...{ order_id: id, client_order_id: null, symbol: "GME", execution_type: "equity", side: "buy" },
      ...{ strategy_name: null, legs: null, quantity: 10, limit_price: null, status: "pending", priority: "normal" },
      ...{ origin: "manual", created_at: "2026-03-02T15:30:00.000Z", updated_at: "2026-03-02T15:30:00.000Z" },
      ...{ filled_at: null, filled_quantity: 0, fill_price: null, expires_at: "2026-03-02T16:30:00.000Z" },
      ...{ notes: null, error_message: null, template_id: null, signal_id: null, position_id: null },
      ...{ after_order_id: null, bot_managed: true, reference_price: null, approval: null, checks: [], fills: [] },
      transitions: [{ from: null, to: "pending", at: "2026-03-02T15:30:00.000Z", reason: null }],
    });
  });

  it("keeps whatever parameters a client sends", async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(40)}5e-324${"}".repeat(40)}`);
    await order({ ...condor, strategy_params: deep, two_part_config: { debit_factor: 1e-300 } });
  });

  it("tells of it in the transaction that stores it", async () => {
    const id = await order(shares);
    expect(await eventsOf()).toMatchObject([
      {
        ...{ id: 1, channel: "orders", type: "order_submitted", subject_id: id },
        data: { order_id: id, symbol: "GME", execution_type: "equity", quantity: 10, status: "pending" },
      },
    ]);
  });

  it.each([
    ["no symbol", { execution_type: "equity" }, "symbol", "Symbol is required"],
    ["an empty symbol", { ...shares, symbol: "" }, "symbol", "Symbol is required"],
    ["a symbol that is none", { ...shares, symbol: "G M E" }, "symbol", "must have 1 to 10"],
    ["an unknown type", { ...shares, execution_type: "market" }, "execution_type", "option_strategy"],
    ["an unknown priority", { ...shares, priority: 0 }, "priority", "urgent"],
    ["quantity 0", { ...shares, quantity: 0 }, "quantity", "Quantity must be positive"],
    ["half a share", { ...shares, quantity: 0.5 }, "quantity", "int"],
    ["too many contracts", { ...condor, quantity: 101 }, "quantity", "Quantity exceeds maximum of 100 contracts"],
    ["too many shares", { ...shares, quantity: 100_001 }, "quantity", "Quantity exceeds maximum of 100000 shares"],
    [
      "too many by its legs",
      { symbol: "SPY", execution_type: "manual_legs", legs: [put], quantity: 51 },
      "quantity",
      "100 contracts",
    ],
    ["no strategy", { ...condor, strategy_name: null }, "strategy_name", "Strategy name required"],
    ["a strategy nobody knows", { ...condor, strategy_name: "jade_lizard" }, "strategy_name", "Unknown strategy"],
    ["a strategy of shares", { ...shares, strategy_name: "straddle" }, "strategy_name", "option_strategy alone"],
    ["no legs", { symbol: "SPY", execution_type: "manual_legs" }, "legs", "Legs required"],
    ["legs of a strategy", { ...condor, legs: [call] }, "legs", "manual_legs and two_part_spread alone"],
    [
      "three legs in two parts",
      { symbol: "SPY", execution_type: "two_part_spread", legs: [call, put, call] },
      "legs",
      "even number",
    ],
    ["a leg of something else", { symbol: "QQQ", execution_type: "manual_legs", legs: [call] }, "legs.0.symbol", "QQQ"],
    [
      "a leg twice",
      { symbol: "SPY", execution_type: "manual_legs", legs: [call, { ...call, side: "sell" }] },
      "legs",
      "twice",
    ],
    [
      "a side of legs",
      { symbol: "SPY", execution_type: "manual_legs", legs: [call], side: "buy" },
      "side",
      "legs have their own",
    ],
    ["a price of 0", { ...shares, limit_price: 0 }, "limit_price", "0"],
    ["a price of nearly nothing", { ...shares, limit_price: 5e-324 }, "limit_price", "greater than 0"],
    ["501 characters", { ...shares, notes: "x".repeat(501) }, "notes", "500"],
    ["1441 minutes", { ...shares, expiration_minutes: 1441 }, "expiration_minutes", "1440"],
    ["a field nobody knows", { ...shares, time_in_force: "gtc" }, "time_in_force", "known"],
  ])("refuses %s, and stores nothing", async (_what, body, field, problem) => {
    const before = await contents();
    const refused = await refusal(submit, { body });
    expect(refused).toMatchObject({ status: 422, code: "VALIDATION_ERROR" });
    expect(refused.details).toEqual(expect.arrayContaining([{ field, problem: expect.stringContaining(problem) }]));
    expect((await contents()).filter((line) => line.includes("ORDER"))).toEqual(
      before.filter((line) => line.includes("ORDER")),
    );
  });

  it("answers a repetition as the first time, and another body not at all", async () => {
    const headers = { "Idempotency-Key": "k1" };
    const first = await order(shares, headers);
    pass(60_000);
    expect(await order(shares, headers)).toBe(first);
    expect(await data(pending)).toEqual({ pending_count: 1 });
    expect(await refusal(submit, { body: condor, headers })).toMatchObject({
      ...{ status: 422, code: "IDEMPOTENCY_MISMATCH" },
    });
  });

  it("takes a client's own id once, by which the order is found", async () => {
    const id = await order({ ...shares, client_order_id: "mine-1" });
    await order({ ...shares, client_order_id: "mine-2" });
    expect(await refusal(submit, { body: { ...condor, client_order_id: "mine-1" } })).toMatchObject({
      ...{ status: 409, code: "ORDER_EXISTS" },
    });
    expect(await data(list, { query: { client_order_id: "mine-1" } })).toMatchObject({
      orders: [{ order_id: id, client_order_id: "mine-1" }],
      ...{ count: 1, total: 1 },
    });
    expect(await data(list, { query: { client_order_id: "nobody" } })).toMatchObject({ orders: [], count: 0 });
  });

  it("is refused where as many wait as may, until one of them leaves", async () => {
    await data("PUT /config/{key}", { params: { key: "order_queue_capacity" }, body: { value: 2 } });
    const first = await order(shares);
    await order(shares);
    expect(await refusal(submit, { body: shares })).toMatchObject({ status: 503, code: "QUEUE_FULL" });
    expect(await data(pending)).toEqual({ pending_count: 2 });
    await data(cancel, { params: { id: first } });
    await order(shares);
  });
});

describe("GET /api/v1/orders", () => {
  it("of nobody is empty", async () => {
    expect(await data(list)).toEqual({ orders: [], count: 0, total: 0, next_cursor: null });
    expect(await data(pending)).toEqual({ pending_count: 0 });
  });

  it("lists the newest first, by status, symbol and type alone and together", async () => {
    const ids: string[] = [];
    for (const body of [shares, condor, { ...shares, symbol: "SPY" }]) {
      ids.unshift(await order(body));
      pass(1_000);
    }
    await data(cancel, { params: { id: ids[0] ?? "" } });
    const found = async (query: Record<string, string>) => {
      const { orders, count, total } = await data(list, { query });
      expect(count).toBe(orders.length);
      expect(total).toBe(orders.length);
      return orders.map(({ order_id }: { order_id: string }) => ids.indexOf(order_id));
    };
    expect(await found({})).toEqual([0, 1, 2]);
    expect(await found({ status: "pending" })).toEqual([1, 2]);
    expect(await found({ status: "cancelled" })).toEqual([0]);
    expect(await found({ symbol: "spy" })).toEqual([0, 1]);
    expect(await found({ execution_type: "equity" })).toEqual([0, 2]);
    expect(await found({ symbol: "SPY", status: "pending" })).toEqual([1]);
    expect(await found({ symbol: "SPY", status: "filled" })).toEqual([]);
  });

  it("goes on page by page", async () => {
    for (let index = 0; index < 3; index++) await order(shares);
    const first = await data(list, { query: { limit: "2" } });
    expect(first).toMatchObject({ count: 2, total: 3 });
    const second = await data(list, { query: { limit: "2", cursor: first.next_cursor } });
    expect(second).toMatchObject({ count: 1, total: 3, next_cursor: null });
    expect(await data(list, { query: { offset: "3" } })).toMatchObject({ orders: [], count: 0, total: 3 });
  });

  it.each([{ status: "done" }, { execution_type: "market" }, { limit: "1001" }, { side: "buy" }])(
    "refuses %o",
    async (query) => {
      expect(await refusal(list, { query: query as Record<string, string> })).toMatchObject({ status: 422 });
    },
  );
});

describe("DELETE /api/v1/orders/{id}", () => {
  it("calls back what waits, once, and tells of it", async () => {
    const id = await order(shares);
    pass(5_000);
    expect(await data(cancel, { params: { id } })).toEqual({ message: "Order cancelled", order_id: id });
    expect(await shown(id)).toMatchObject({
      ...{ status: "cancelled", error_message: "cancelled by the operator", updated_at: "2026-03-02T15:30:05.000Z" },
      transitions: [{ to: "pending" }, { from: "pending", to: "cancelled", at: "2026-03-02T15:30:05.000Z" }],
    });
    expect(await data(pending)).toEqual({ pending_count: 0 });
    expect((await eventsOf()).at(-1)).toMatchObject({
      ...{ type: "order_cancelled", subject_id: id },
      data: { order_id: id, status: "cancelled", reason: "cancelled by the operator" },
    });
    expect(await refusal(cancel, { params: { id } })).toEqual({
      ...{ status: 400, code: "ORDER_NOT_CANCELLABLE", message: "Cannot cancel order in status: cancelled" },
    });
  });

  it("of an order that nobody made is not found", async () => {
    expect(await refusal(cancel, { params: { id: "nobody" } })).toMatchObject({ status: 404, code: "NOT_FOUND" });
    expect(await refusal(one, { params: { id: "nobody" } })).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });
});

it("GET /api/v1/orders/statistics counts what became of all", async () => {
  const id = await order(shares);
  await order(condor);
  await data(cancel, { params: { id } });
  expect(await data("GET /api/v1/orders/statistics")).toMatchObject({
    ...{ total_submitted: 2, total_filled: 0, total_rejected: 0, total_cancelled: 1, queue_size: 1, total_orders: 2 },
    by_status: { pending: 1, cancelled: 1, filled: 0, executing: 0 },
  });
});
