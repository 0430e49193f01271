import { describe, expect, it } from "vitest";
import { haltBreaker } from "../../lib/desk/breaker/halt.ts";
import { resetBreaker } from "../../lib/desk/breaker/reset.ts";
import { findBreaker, readBreakerEvents } from "../../lib/desk/breaker/stored.ts";
import { tripBreaker } from "../../lib/desk/breaker/trip.ts";
import { dispatchOrders } from "../../lib/desk/execution/dispatch-orders.ts";
import { failByError } from "../../lib/desk/execution/fail-order.ts";
import { fillOrder } from "../../lib/desk/execution/fill-order.ts";
import { watchPositions } from "../../lib/desk/watch/watch-positions.ts";
import { changeSettings } from "../../lib/realm/stored-settings.ts";
import { readEvents } from "../../lib/store/events.ts";
import { call } from "../support/cloud.ts";
import { unlimited, unstarted, useDesk } from "../support/desk.ts";
import { marketOf } from "../support/market.ts";
import { seedSignals, signalOf } from "../support/seeds.ts";

const desk = useDesk("breaker");
const { begin, trade, submit, dispatch, order, over } = desk;

const shares = { symbol: "GME", execution_type: "equity", quantity: 10 };
const sold = { ...shares, side: "sell" };
const minute = 60_000;
const pass = (ms: number) => {
  desk.stage.cloud.time.now = new Date(desk.stage.cloud.time.now.getTime() + ms);
};
const halt = () => haltBreaker(desk.services, { reason: "The news." }, "key-1");
const reset = () => resetBreaker(desk.services, { authorized_by: "Ada" }, "key-1");
const trips = async () =>
  (await readBreakerEvents(desk.services)).filter(({ type }) => type === "tripped").map(({ reason }) => reason);
const told = async () =>
  (await readEvents(desk.services.store, 0, 1_000)).events
    .filter(({ type }) => type === "circuit_breaker")
    .map(({ data }) => data);
const shown = async () => (await call("desk/get-circuit-breaker")).body.data;
const health = async () => (await call("desk/get-health")).body.data;

describe("while trading is halted", () => {
  it("an order is accepted and checked, stays in the queue, and runs once trading goes on", async () => {
    await begin({ GME: 100 });
    await dispatch();
    await halt();
    const id = await submit(shares);
    expect(await dispatch()).toMatchObject({ checked: 1, executing: 0, held: "Trading is halted: manual_halt." });
    const waiting = await order(id);
    expect(waiting).toMatchObject({ status: "queued", filled_quantity: 0 });
    const reason = "Trading is halted: the order waits.";
    expect(waiting.checks).toContainEqual({ check: "circuit_breaker", result: "warning", reason });
    pass(30 * minute);
    await reset();
    expect(await dispatch()).toMatchObject({ executing: 1, held: null });
    expect(await over(id)).toMatchObject({ status: "filled" });
  });

  it("so does one that closes a position", async () => {
    await begin({ GME: 100 });
    const { order_id } = await trade(shares);
    await halt();
    const closing = await call("book/close-book-position", { params: { id: order_id } });
    expect(closing.status).toBe(202);
    expect(await dispatch()).toMatchObject({ checked: 1, executing: 0 });
    expect(await order(closing.body.data.order_id)).toMatchObject({ status: "queued", position_id: order_id });
  });

  it("an order whose time is over is given up, and never runs", async () => {
    await begin({ GME: 100 });
    await halt();
    const id = await submit({ ...shares, expiration_minutes: 5 });
    await dispatch();
    pass(30 * minute);
    await reset();
    expect(await dispatch()).toMatchObject({ expired: 1, executing: 0 });
    expect(await order(id)).toMatchObject({ status: "cancelled", error_message: "expired" });
  });

  it("an order that executes goes on", async () => {
    const services = await begin({ GME: 100 });
    const id = await submit(shares);
    await dispatchOrders(unstarted(services));
    await halt();
    expect(await fillOrder(services, { orderId: id })).toMatchObject({ status: "filled" });
  });
});

it("takes no order where trading was halted after the pass had looked", async () => {
  const services = await begin({ GME: 100 });
  const id = await submit(shares);
  const late = {
    ...services,
    broker: async () => {
      await halt();
      return services.broker();
    },
  };
  expect(await dispatchOrders(late)).toMatchObject({ checked: 1, executing: 0, held: null });
  expect(await order(id)).toMatchObject({ status: "queued" });
});

it("begins no order after a halt, before whichever write of a pass that comes", async () => {
  const begun: boolean[] = [];
  for (let write = 0; write < 7; write++) {
    const services = await begin({ GME: 100 });
    await submit(shares);
    let writes = 0;
    const transact: typeof services.store.transact = async (actions) => {
      if (writes++ === write) await halt();
      return services.store.transact(actions);
    };
    await dispatchOrders(unstarted({ ...services, store: { ...services.store, transact } }));
    // Events are numbered in the order in which what they tell of was stored.
    const { events } = await readEvents(services.store, 0, 100);
    const halted = events.findIndex(({ type }) => type === "circuit_breaker");
    const executing = events.findIndex(({ data }) => data.status === "executing");
    expect(executing).toBeLessThan(halted === -1 ? events.length : halted);
    begun.push(executing > -1);
  }
  // The opening's equity, the breaker, the heartbeat, two moves of the checks, and the one that begins it.
  expect(begun).toEqual([false, false, false, false, false, false, true]);
});

describe("trading is halted", () => {
  it("by a loss of the day, as the positions are valued", async () => {
    await begin({ GME: 100 }, { ...unlimited, breaker_daily_loss_pct: 0.03 });
    await trade({ ...shares, quantity: 100 });
    await dispatch();
    desk.stage.scene.market = marketOf({ GME: 71 });
    await watchPositions(desk.services);
    await dispatch();
    expect(await shown()).toMatchObject({ state: "closed", daily_loss_pct: 0.02901, can_trade: true });
    desk.stage.scene.market = marketOf({ GME: 70 });
    await watchPositions(desk.services);
    expect(await dispatch()).toMatchObject({ held: "Trading is halted: daily_loss_exceeded." });
    expect(await shown()).toMatchObject({ state: "open", trip_reason: "daily_loss_exceeded", daily_loss_pct: 0.03001 });
    expect(await told()).toEqual([{ is_halted: true, reason: "daily_loss_exceeded" }]);
  });

  it("by a position that has grown too large", async () => {
    await begin({ GME: 200 }, { ...unlimited, breaker_position_limit_pct: 0.25 });
    await trade({ ...shares, quantity: 100 });
    await dispatch();
    expect(await shown()).toMatchObject({ state: "closed" });
    desk.stage.scene.market = marketOf({ GME: 280 });
    await watchPositions(desk.services);
    await dispatch();
    expect(await trips()).toEqual(["position_limit_exceeded"]);
    pass(30 * minute);
    await reset();
    await dispatch();
    expect(await shown()).toMatchObject({ state: "closed" });
  });

  it("by losses in a row, with the fill that makes the last of them", async () => {
    const services = await begin({ GME: 100 }, { ...unlimited, breaker_consecutive_losses: 2 });
    await trade(shares);
    await trade(sold);
    expect(await findBreaker(services)).toMatchObject({ state: "closed", losing_closes: 1 });
    await trade(shares);
    await trade(sold);
    const { events } = await readEvents(services.store, 0, 1_000);
    expect(events.slice(-3).map(({ type }) => type)).toEqual(["order_filled", "position_closed", "circuit_breaker"]);
    expect(await findBreaker(services)).toMatchObject({
      ...{ state: "open", trip_reason: "consecutive_losses_exceeded", losing_closes: 2 },
    });
  });

  it("no sooner where a position is closed in parts: it is one loss", async () => {
    const services = await begin({ GME: 100 });
    await trade(shares);
    await trade({ ...sold, quantity: 4 });
    expect(await findBreaker(services)).toMatchObject({ losing_closes: 0 });
    await trade({ ...sold, quantity: 6 });
    expect(await findBreaker(services)).toMatchObject({ losing_closes: 1 });
  });

  it("not where a gain came between", async () => {
    const services = await begin({ GME: 100 });
    await trade(shares);
    await trade(sold);
    await trade(shares);
    desk.stage.scene.market = marketOf({ GME: 101 });
    await trade(sold);
    expect(await findBreaker(services)).toMatchObject({ losing_closes: 0 });
  });

  it("by a fault of the engine, and not by an outage", async () => {
    const services = await begin({ GME: 100 });
    await dispatch();
    const orderId = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    const fail = (name: string) => failByError(services, { orderId, error: { Error: name } });
    for (const outage of ["BrokerUnavailable", "StoreUnavailable", "States.Timeout", "Lambda.Unknown"]) {
      await fail(outage);
      expect(await shown()).toMatchObject({ state: "closed" });
    }
    await fail("TypeError");
    expect(await shown()).toMatchObject({ state: "open", trip_reason: "system_error" });
  });
});

describe("without a person who is asked for", () => {
  const byItself = { ...unlimited, breaker_require_human_reset: false };

  it("tries itself after the cool-down, and takes orders again where all is well", async () => {
    const services = await begin({ GME: 100 }, byItself);
    await dispatch();
    await tripBreaker(services, { reason: "system_error", detail: "x" });
    await submit(shares);
    pass(30 * minute - 1);
    expect(await dispatch()).toMatchObject({ executing: 0, held: "Trading is halted: system_error." });
    pass(1);
    expect(await dispatch()).toMatchObject({ executing: 0, held: "Trading is halted: system_error." });
    expect(await shown()).toMatchObject({ state: "half_open", is_halted: true, can_trade: false });
    expect(await dispatch()).toMatchObject({ executing: 1, held: null });
    expect((await readBreakerEvents(services)).map(({ type }) => type)).toEqual(["closed", "half_opened", "tripped"]);
    expect(await told()).toEqual([
      { is_halted: true, reason: "system_error" },
      { is_halted: true, reason: "system_error" },
      { is_halted: false, reason: null },
    ]);
  });

  it("stays halted where a person halted", async () => {
    await begin({ GME: 100 }, byItself);
    await halt();
    pass(60 * minute);
    await dispatch();
    expect(await shown()).toMatchObject({ state: "open" });
  });
});

it("begins the next trading day with what there is then, and no losses in a row", async () => {
  const services = await begin({ GME: 100 });
  await trade({ ...shares, quantity: 100 });
  await trade({ ...sold, quantity: 100 });
  await dispatch();
  expect(await findBreaker(services)).toMatchObject({
    losing_closes: 1,
    watched: { day: "2026-03-02", day_start_cents: 10_000_000, equity_cents: 9_999_800 },
  });
  const at = (MARKET_CLOCK: string) => desk.stage.cloud.enter(services.config.environment.REALM, { MARKET_CLOCK });
  await dispatchOrders(at("2026-03-03T14:29:59Z"));
  expect(await findBreaker(services)).toMatchObject({ losing_closes: 1, watched: { day: "2026-03-02" } });
  await dispatchOrders(at("2026-03-03T14:30:00Z"));
  expect(await findBreaker(services)).toMatchObject({
    losing_closes: 0,
    watched: { day: "2026-03-03", day_start_cents: 9_999_800, peak_cents: 10_000_000 },
  });
  expect((await call("book/get-profit")).body.data).toMatchObject({ daily_pnl: 0, total_pnl: -2 });
});

describe("what an analysis finds of the day", () => {
  const bad = { ticker: "GME", prediction: "bearish", confidence: 0.7, sentiment_score: -0.9 } as const;
  const found = (created_at: string) => ({ ...signalOf({ ...bad, signal_date: "2026-03-02" }), created_at });

  it("halts nothing, because nobody has asked for it", async () => {
    const services = await begin({ GME: 100 });
    await seedSignals(services, [found("2026-03-02T15:00:00.000Z")]);
    expect(await dispatch()).toMatchObject({ held: null });
  });

  it("halts trading where the settings ask for it, and not again for what was known at the reset", async () => {
    const services = await begin({ GME: 100 }, { ...unlimited, breaker_sentiment: true });
    expect(await dispatch()).toMatchObject({ held: null });
    await seedSignals(services, [found("2026-03-02T15:00:00.000Z")]);
    expect(await dispatch()).toMatchObject({ held: "Trading is halted: negative_sentiment_spike." });
    pass(30 * minute);
    await reset();
    expect(await dispatch()).toMatchObject({ held: null });
    await seedSignals(services, [found("2026-03-02T15:31:00.000Z")]);
    expect(await dispatch()).toMatchObject({ held: "Trading is halted: negative_sentiment_spike." });
  });

  it("says nothing of another day", async () => {
    const services = await begin({ GME: 100 }, { ...unlimited, breaker_sentiment: true });
    await seedSignals(services, [{ ...signalOf({ ...bad, signal_date: "2026-02-27" }) }]);
    expect(await dispatch()).toMatchObject({ held: null });
  });
});

it("trips once, however many see a reason at once", async () => {
  const services = await begin({ GME: 100 });
  await dispatch();
  const reasons = ["system_error", "max_drawdown_exceeded", "daily_loss_exceeded"] as const;
  await Promise.all(
    Array.from({ length: 9 }, (_, at) =>
      tripBreaker(services, { reason: reasons[at % 3] ?? "system_error", detail: "" }),
    ),
  );
  expect(await trips()).toHaveLength(1);
  expect(await told()).toHaveLength(1);
  expect((await findBreaker(services))?.trip_reason).toBe((await trips())[0]);
});

it("is reset once, however many do so at once", async () => {
  const services = await begin({ GME: 100 });
  await halt();
  pass(30 * minute);
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, reset));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect((await readBreakerEvents(services)).map(({ type }) => type)).toEqual(["reset", "tripped"]);
});

describe("the engine", () => {
  it("is not connected before its first pass, and is for two minutes after each", async () => {
    await begin({ GME: 100 });
    expect(await health()).toMatchObject({ status: "healthy", checks: { algorithm_connected: false } });
    expect((await call("desk/get-desk-config")).body.data).toEqual({
      symbols: [],
      ...{ autonomous_enabled: false, manual_enabled: false, bot_manager_enabled: false, recurring_enabled: false },
      ...{ max_position_size_pct: 0.25, max_daily_loss_pct: 0.03, max_drawdown_pct: 0.1 },
    });
    await dispatch();
    pass(2 * minute);
    expect((await health()).checks).toEqual({
      ...{ order_queue: true, websocket_manager: true, algorithm_connected: true },
      ...{ circuit_breaker: true, risk_manager: true, options_executor: true },
    });
    expect((await call("desk/get-system")).body.data).toMatchObject({ algorithm_connected: true });
    expect((await call("desk/get-desk-config")).body.data).toEqual({
      symbols: ["SPY", "QQQ", "IWM"],
      ...{ autonomous_enabled: false, manual_enabled: true, bot_manager_enabled: true, recurring_enabled: true },
      ...{ max_position_size_pct: 100, max_daily_loss_pct: 1, max_drawdown_pct: 1 },
    });
    await changeSettings(desk.services, { signal_order_min_confidence: 0.8 });
    expect((await call("desk/get-desk-config")).body.data).toMatchObject({ autonomous_enabled: true });
    pass(1);
    expect((await health()).checks).toMatchObject({ algorithm_connected: false });
    expect((await call("desk/get-system")).body.data).toMatchObject({
      ...{ algorithm_connected: false, order_queue_active: true, websocket_connections: 0, api_version: "1.0" },
    });
  });

  it("says that executions do not answer, where they do not", async () => {
    const services = await begin({ GME: 100 });
    const order = { ...services.executions.order, describe: () => Promise.reject(new Error("no answer")) };
    await dispatchOrders({ ...services, executions: { ...services.executions, order } });
    expect((await health()).checks).toMatchObject({ algorithm_connected: true, options_executor: false });
  });
});
