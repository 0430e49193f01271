import { expect } from "vitest";
import { approveOrder, refuseOrder } from "../../../lib/desk/execution/decide-approval.ts";
import { failOrder } from "../../../lib/desk/execution/fail-order.ts";
import { cancelOrder } from "../../../lib/desk/orders/cancel-order.ts";
import type { Order } from "../../../lib/desk/orders/record.ts";
import type { DeskServices } from "../../../lib/desk/services.ts";
import { isAppError } from "../../../lib/runtime/errors.ts";
import { isWorked, mayMove } from "./life.ts";
import { pick, type Step } from "./steps.ts";

export type Word = Extract<Step, { kind: "cancel" | "decide" | "fail" }>;

/** Which orders may go where a word would bring them. */
const isFitting: Readonly<Record<Word["kind"], (order: Order) => boolean>> = {
  cancel: (order) => mayMove(order, "cancelled") && !isWorked(order),
  decide: ({ status }) => status === "awaiting_approval",
  fail: (order) => mayMove(order, "failed"),
};

/** An order, mostly one to which a step applies. */
export function oneOf(orders: readonly Order[], which: number, applies: (order: Order) => boolean): Order | undefined {
  const apt = orders.filter(applies);
  return which % 5 === 0 || apt.length === 0 ? pick(orders, which) : pick(apt, which);
}

/** What a person or the engine says of one order is refused where that may not go there. Answers whether it was not. */
export async function expectWord(services: DeskServices, step: Word, orders: readonly Order[]): Promise<boolean> {
  const { kind, which } = step;
  const order = oneOf(orders, which, isFitting[kind]);
  if (!order) return false;
  const { order_id: id } = order;
  const isSaid = isFitting[kind](order);
  const by = { by: "somebody", apiKeyId: "key-1", acceptDrift: true };
  if (kind === "fail") {
    expect(await failOrder(services, id, "broken")).toBe(isSaid ? "failed" : "over");
  } else if (kind === "cancel") {
    expect(await codeOf(cancelOrder(services, id))).toBe(isSaid ? undefined : "ORDER_NOT_CANCELLABLE");
  } else {
    const decided = (step.isApproved ? approveOrder : refuseOrder)(services, id, by);
    expect(await codeOf(decided)).toBe(isSaid ? undefined : "ORDER_NOT_WAITING");
  }
  return isSaid;
}

/** The code by which it is refused; undefined where it is not. */
export async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
}
