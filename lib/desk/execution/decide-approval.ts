import * as z from "zod";
import { readMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import { AppError, isAppError } from "../../runtime/errors.ts";
import { round } from "../../runtime/money.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { type Order, orderSchema } from "../orders/record.ts";
import { readOrder, saveOrder } from "../orders/stored.ts";
import { moved } from "../orders/transitions.ts";
import { type OrderView, toOrderView } from "../orders/view.ts";
import type { DeskServices } from "../services.ts";
import { legsOf } from "./instruments.ts";
import { netPrice } from "./paper.ts";
import { livePrices, marksOf } from "./prices.ts";

const person = z.string().trim().min(1).max(100).describe("Who decides.");

export const approvalRequestSchema = z
  .strictObject({
    approved_by: person,
    accept_drift: z
      .boolean()
      .default(false)
      .describe("Also where the price has moved on since the order was checked, or where nobody says it."),
  })
  .meta({ id: "ApprovalRequest" });
export const refusalRequestSchema = z
  .strictObject({ refused_by: person, reason: z.string().trim().min(1).max(500).optional() })
  .meta({ id: "RefusalRequest" });

export const decisionsRequestSchema = z
  .strictObject({ decision: z.enum(["approved", "refused"]), by: person })
  .meta({ id: "DecisionsRequest" });
export const decisionsSchema = z
  .object({
    decided: z.array(z.string()).describe("The orders that were approved or refused."),
    left: z
      .array(z.object({ order_id: z.string(), code: z.string(), message: z.string() }))
      .describe("Those that were not."),
  })
  .meta({ id: "Decisions" });

/** A person's word on an order, and by which key it came. */
interface Decision {
  by: string;
  apiKeyId: string;
}

/**
 * Lets an order that waits for a person into the queue. Held against the price when it was checked: what has moved further
 * than the settings allow is another trade than the one that is approved. Throws `NOT_FOUND`, `ORDER_NOT_WAITING`,
 * `PRICE_DRIFTED`, `PRICE_UNAVAILABLE`.
 */
export async function approveOrder(
  services: DeskServices,
  id: string,
  { by, apiKeyId, acceptDrift }: Decision & { acceptDrift: boolean },
): Promise<OrderView> {
  return decide(services, id, async (order) => {
    if (!acceptDrift) await refuseDrift(services, order);
    const at = iso(services.clock.now());
    const approval = { decision: "approved" as const, by, at, api_key_id: apiKeyId };
    return moved(order, "queued", { at, reason: `approved by ${by}`, changes: { approval } });
  });
}

/** Cancels an order that waits for a person. Throws `NOT_FOUND`, `ORDER_NOT_WAITING`. */
export async function refuseOrder(
  services: DeskServices,
  id: string,
  { by, apiKeyId, reason }: Decision & { reason?: string | undefined },
): Promise<OrderView> {
  return decide(services, id, async (order) => {
    const at = iso(services.clock.now());
    const approval = { decision: "refused" as const, by, at, api_key_id: apiKeyId };
    const error_message = reason ? `refused by ${by}: ${reason}` : `refused by ${by}`;
    return moved(order, "cancelled", { at, reason: error_message, changes: { approval, error_message } });
  });
}

/** The same for all that wait, each by itself: one whose price has moved on is left, and said. */
export async function decideAll(
  services: DeskServices,
  { decision, by }: z.infer<typeof decisionsRequestSchema>,
  apiKeyId: string,
): Promise<z.infer<typeof decisionsSchema>> {
  const { store } = services;
  const { gsi3pk: pk } = store.keys.orderIndex({
    ...{ order_id: "", symbol: "", status: "awaiting_approval", place: null },
  });
  const waiting = await store.queryAll({ index: "gsi3", pk }, orderSchema);
  const answer: z.infer<typeof decisionsSchema> = { decided: [], left: [] };
  for (const { order_id } of waiting) {
    try {
      if (decision === "approved") await approveOrder(services, order_id, { by, apiKeyId, acceptDrift: false });
      else await refuseOrder(services, order_id, { by, apiKeyId });
      answer.decided.push(order_id);
    } catch (error) {
      if (!isAppError(error) || error.code === "DATABASE_ERROR") throw error;
      answer.left.push({ order_id, code: error.code, message: error.message });
    }
  }
  return answer;
}

async function decide(services: DeskServices, id: string, next: (order: Order) => Promise<Order>): Promise<OrderView> {
  const decided = await decideAnew(services, async () => {
    const order = await readOrder(services, id);
    if (order.status !== "awaiting_approval") {
      throw new AppError("Conflict", "ORDER_NOT_WAITING", `The order waits for nobody: it is ${order.status}.`);
    }
    const after = await next(order);
    return (await saveOrder(services, order, after)).applied ? after : undefined;
  });
  services.log.info("order decided on", { orderId: id, decision: decided.approval?.decision });
  return toOrderView(decided);
}

async function refuseDrift(services: DeskServices, order: Order): Promise<void> {
  const { marketTime, settings } = await readMoment(services);
  const legs = legsOf(order);
  const prices = await livePrices(
    services,
    legs.map(({ symbol }) => symbol),
    marketTime,
  );
  const marks = marksOf(legs, prices);
  const { reference_price } = order;
  if (!marks || reference_price === null || reference_price === 0) {
    throw new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", "Nobody says what the order would cost now.");
  }
  const price = netPrice(legs, marks);
  const drift = round(Math.abs(price - reference_price) / Math.abs(reference_price), 6);
  if (drift <= settings.order_approval_drift_pct) return;
  throw new AppError("Conflict", "PRICE_DRIFTED", "The price has moved on since the order was checked.", {
    details: { reference_price, price, drift },
  });
}
