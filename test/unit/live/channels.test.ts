import { expect, it } from "vitest";
import { type Order, type OrderStatus, orderStatuses } from "../../../lib/desk/orders/record.ts";
import { reportOf } from "../../../lib/desk/orders/reports.ts";
import { initialSubscriptions, isOn, subscribe, subscribedTo, unsubscribe } from "../../../lib/live/channels.ts";
import { frameOf } from "../../../lib/live/frames.ts";
import type { StoredEvent } from "../../../lib/store/events.ts";

it("a new connection has no channels of its own, and is on all", () => {
  expect(initialSubscriptions).toEqual({ implicit_all: true, channels: [] });
  expect(subscribedTo(initialSubscriptions)).toEqual(["*"]);
  expect(isOn(initialSubscriptions, "pnl")).toBe(true);
});

it("the first channel that is named ends the implicit *", () => {
  const orders = subscribe(initialSubscriptions, "orders");
  expect(subscribedTo(orders)).toEqual(["orders"]);
  expect(isOn(orders, "orders")).toBe(true);
  expect(isOn(orders, "alerts")).toBe(false);
});

it("an explicit * brings everything back, and ends without what was named", () => {
  const all = subscribe(subscribe(initialSubscriptions, "orders"), "*");
  expect(subscribedTo(all)).toEqual(["*", "orders"]);
  expect(isOn(all, "runs")).toBe(true);
  expect(subscribedTo(unsubscribe(all, "*"))).toEqual(["orders"]);
});

it("to leave a channel one is not on is harmless, and to leave the last one leaves nothing", () => {
  expect(subscribedTo(unsubscribe(initialSubscriptions, "orders"))).toEqual(["*"]);
  const none = unsubscribe(subscribe(initialSubscriptions, "orders"), "orders");
  expect(subscribedTo(none)).toEqual([]);
  expect(isOn(none, "orders")).toBe(false);
  expect(subscribedTo(unsubscribe(initialSubscriptions, "*"))).toEqual([]);
});

const event = (changes: Partial<StoredEvent>): StoredEvent => ({
  ...{ id: 7, type: "order_submitted", at: "2026-03-02T15:30:00.000Z", channel: "orders", subject_id: "o-1" },
  data: { order_id: "o-1", status: "pending" },
  ...changes,
});

it("an event is its type, its time, its number, and what it tells", () => {
  expect(frameOf(event({}))).toEqual({
    type: "order_submitted",
    timestamp: "2026-03-02T15:30:00.000Z",
    event_id: 7,
    order_id: "o-1",
    status: "pending",
  });
});

it("an order's moves have the types of the specification, and those without one are updates", () => {
  const typeOf = (status: OrderStatus) => reportOf({ status } as Order).type;
  const types = orderStatuses.map((status) => [status, typeOf(status)]);
  expect(Object.fromEntries(types)).toEqual({
    pending: "order_submitted",
    validating: "order_update",
    awaiting_approval: "order_update",
    queued: "order_update",
    executing: "order_update",
    partially_filled: "order_partial",
    filled: "order_filled",
    cancelled: "order_cancelled",
    rejected: "order_rejected",
    failed: "order_update",
  });
});

it.each([
  {
    type: "phase_begun",
    data: {
      ...{ kind: "analysis", attempt: 1, status: "running", current_phase: 2, current_phase_label: "Prioritization" },
      ...{ progress_current: 3, progress_total: 10 },
    },
    shown: { status: "running", phase: 2, phase_label: "Prioritization", progress: { current: 3, total: 10 } },
  },
  {
    type: "phase_done",
    data: { kind: "analysis", attempt: 1, status: "running", state: "DetectSignals", current_phase: 4 },
    shown: { status: "running", phase: 4, phase_label: null, progress: null },
  },
  {
    type: "run_ended",
    data: { kind: "analysis", attempt: 1, status: "failed", error_code: "STOPPED", error_message: "Stopped by user" },
    shown: { status: "failed", phase: null, phase_label: null, progress: null },
  },
])("a run's $type is an update of the run", ({ type, data, shown }) => {
  expect(frameOf(event({ channel: "runs", subject_id: "run-1", type, data }))).toEqual({
    ...{ type: "run_update", timestamp: "2026-03-02T15:30:00.000Z", event_id: 7 },
    ...{ run_id: "run-1", kind: "analysis", change: type },
    ...shown,
  });
});
