import { expect } from "vitest";
import { type Order, type OrderStatus, priorities } from "../../../lib/desk/orders/record.ts";
import type { Step } from "./steps.ts";

/** The moves there are: those of spec orders 3.6, and those of an approval. */
const moves: Readonly<Record<OrderStatus, string>> = {
  pending: "validating cancelled",
  validating: "queued rejected awaiting_approval",
  awaiting_approval: "queued cancelled",
  queued: "executing cancelled rejected",
  executing: "partially_filled filled rejected cancelled failed",
  partially_filled: "partially_filled filled cancelled failed",
  ...{ filled: "", cancelled: "", rejected: "", failed: "" },
};
/** Where a step may bring an order; the engine alone brings any to several. */
const reach: Readonly<Record<Step["kind"], string>> = {
  ...{ submit: "", close: "", watch: "", quote: "", pass: "", halt: "", day: "" },
  dispatch: "validating queued awaiting_approval executing cancelled rejected",
  look: "partially_filled filled cancelled",
  cancel: "cancelled",
  decide: "queued cancelled",
  fail: "failed",
};
const waiting = "pending validating awaiting_approval queued";

const has = (list: string, status: OrderStatus) => list.split(" ").includes(status);
export const isWaiting = ({ status }: Order) => has(waiting, status);
export const isWorked = ({ status }: Order) => status === "executing" || status === "partially_filled";
export const mayMove = ({ status }: Order, to: OrderStatus) => has(moves[status], to);

/** What became of the orders in a step: nothing is lost or undone, and each went as it may. */
export function expectMoves(before: readonly Order[], after: readonly Order[], { kind }: Step, now: string): void {
  expect(after.slice(0, before.length).map(({ order_id }) => order_id)).toEqual(before.map(({ order_id }) => order_id));
  for (const [index, order] of after.entries()) {
    const earlier = before[index];
    const known = earlier?.transitions.length ?? 1;
    if (!earlier) expect(order.transitions).toMatchObject([{ from: null, to: "pending", at: order.created_at }]);
    else expect(order.transitions.slice(0, known)).toEqual(earlier.transitions);
    const fresh = order.transitions.slice(known);
    for (const [place, { from, to, at }] of fresh.entries()) {
      expect(from).toBe(order.transitions[known + place - 1]?.to);
      expect([from, to]).toEqual([from, expect.toBeOneOf(moves[from ?? "filled"].split(" "))]);
      expect([kind, to]).toEqual([kind, expect.toBeOneOf(reach[kind].split(" "))]);
      expect(at).toBe(now);
    }
    // Attempts at a spread are counted without a move.
    const { version: _, execution_details: __, ...told } = order;
    if (earlier && fresh.length === 0) expect(earlier).toMatchObject(told);
    expectRecord(order);
  }
}

/** What an order says of itself is what its moves and fills say. */
function expectRecord(order: Order): void {
  const { transitions, fills, quantity, filled_quantity, status } = order;
  const last = transitions.at(-1);
  expect([status, order.updated_at]).toEqual([last?.to, last?.at]);
  expect(order.filled_at).toBe(status === "filled" ? last?.at : null);
  const counted = fills.filter(({ part }) => part !== "credit");
  expect(filled_quantity).toBe(counted.reduce((sum, fill) => sum + fill.quantity, 0));
  expect(filled_quantity).toBeLessThanOrEqual(quantity);
  if (status === "filled") expect(filled_quantity).toBe(quantity);
  if (status === "partially_filled") expect(fills.length).toBeGreaterThan(0);
  const steps = transitions.filter(({ to }) => to === "partially_filled" || to === "filled");
  expect(steps.map(({ at }) => at)).toEqual(fills.map(({ at }) => at));
  if (fills.length === 0) expect(order.fill_price).toBeNull();
  else expect(Math.abs((order.fill_price ?? 0) - averageOf(order))).toBeLessThan(0.00006);
  const began = transitions.find(({ to }) => to === "executing")?.at;
  if (began && order.expires_at) expect(began < order.expires_at).toBe(true);
  if (order.error_message === "expired") expect(order.updated_at >= (order.expires_at ?? "")).toBe(true);
  if (order.execution_type === "two_part_spread") expectParts(order);
}

/** Both parts whole, the debit first; and the credit brings at least what the debit cost. */
function expectParts({ fills, quantity, status }: Order): void {
  expect(fills.map(({ part }) => part)).toEqual(["debit", "credit"].slice(0, fills.length));
  expect(fills.every((fill) => fill.quantity === quantity)).toBe(true);
  const [debit, credit] = fills;
  if (debit && credit) expect([status, credit.price >= debit.price]).toEqual(["filled", true]);
}

/** Weighted by quantity; of two parts what the debit cost more than the credit brought. */
function averageOf({ fills }: Order): number {
  const average = (some: Order["fills"]) => {
    const quantity = some.reduce((sum, fill) => sum + fill.quantity, 0);
    return some.reduce((sum, fill) => sum + (fill.price * fill.quantity) / quantity, 0);
  };
  return (
    average(fills.filter(({ part }) => part !== "credit")) - average(fills.filter(({ part }) => part === "credit"))
  );
}

/** After a pass of the dispatcher nothing is late or unchecked, and the first of the queue were taken, one after the other. */
export function expectPass(
  before: readonly Order[],
  after: readonly Order[],
  most: number,
  now: string,
  started: readonly string[],
): void {
  const isLate = ({ expires_at }: Order) => expires_at !== null && expires_at <= now;
  expect(after.filter((order) => order.status === "pending" || order.status === "validating")).toEqual([]);
  expect(after.filter((order) => isWaiting(order) && isLate(order))).toEqual([]);
  const queue = after.filter(({ status }, index) => {
    const earlier = before[index];
    return (!earlier || isWaiting(earlier)) && has("queued executing", status);
  });
  const rank = ({ priority }: Order) => priorities.indexOf(priority);
  const isBefore = (a: Order, b: Order) =>
    a.created_at === b.created_at ? (a.order_id < b.order_id ? -1 : 1) : a.created_at < b.created_at ? -1 : 1;
  const first = queue.toSorted((a, b) => rank(a) - rank(b) || isBefore(a, b)).slice(0, most);
  const ids = (orders: readonly Order[]) => orders.map(({ order_id }) => order_id);
  expect(started).toEqual(ids(first));
  expect(ids(queue.filter(({ status }) => status === "executing"))).toEqual(ids(first).toSorted());
}
