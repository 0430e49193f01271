import type { MarketMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import type { Order } from "../orders/record.ts";
import { saveOrder } from "../orders/stored.ts";
import { moved } from "../orders/transitions.ts";
import type { DeskServices } from "../services.ts";
import { checkOrder, refusalOf } from "./checks.ts";
import { gatherFacts } from "./facts.ts";
import { legsToTrade } from "./instruments.ts";

/** An order as the checks leave it: with what it will trade and what they said, and why it does not go on. */
export interface Examined {
  changes: Pick<Order, "legs" | "checks" | "reference_price">;
  refusal: string | undefined;
  /** The broker did not say which contracts there are: nothing can be executed yet, and nothing is refused for it. */
  isUnanswered: boolean;
}

/**
 * Makes the checks of spec orders 3.5, step B. What goes wrong inside of one is a refusal: nothing is waved through. What may
 * go well the next time, such as a table that did not answer, is thrown.
 */
export async function examineOrder(services: DeskServices, order: Order, moment: MarketMoment): Promise<Examined> {
  const refused = (refusal: string): Examined => ({
    changes: { legs: order.legs, checks: [], reference_price: order.reference_price },
    ...{ refusal, isUnanswered: false },
  });
  try {
    const chosen = await legsToTrade(services, order, moment);
    if (chosen && "problem" in chosen) return refused(chosen.problem);
    const { facts, referencePrice } = await gatherFacts(services, order, chosen?.legs ?? [], moment);
    const checks = checkOrder(facts, moment.settings);
    const legs = order.execution_type === "equity" ? null : (chosen?.legs ?? order.legs);
    const changes = { legs, checks, reference_price: referencePrice };
    return { changes, refusal: refusalOf(checks), isUnanswered: chosen === null };
  } catch (error) {
    if (isAppError(error) && error.retryable) throw error;
    services.log.error("an order could not be checked", { orderId: order.order_id, error });
    return refused("The order could not be checked.");
  }
}

/**
 * Takes an order through its checks: pending → validating → queued, awaiting_approval or rejected. One that was left in the
 * middle is checked anew. Answers undefined where somebody else changed it meanwhile.
 */
export async function validateOrder(
  services: DeskServices,
  pending: Order,
  moment: MarketMoment,
): Promise<Order | undefined> {
  const now = () => iso(services.clock.now());
  const order = pending.status === "pending" ? moved(pending, "validating", { at: now() }) : pending;
  if (order !== pending && !(await saveOrder(services, pending, order)).applied) return undefined;
  const { changes, refusal } = await examineOrder(services, order, moment);
  const after =
    refusal === undefined
      ? moved(order, needsApproval(order, moment) ? "awaiting_approval" : "queued", { at: now(), changes })
      : moved(order, "rejected", {
          ...{ at: now(), reason: refusal, changes: { ...changes, error_message: refusal } },
        });
  return (await saveOrder(services, order, after)).applied ? after : undefined;
}

/**
 * Whether an order waits for a person: where the mode says so, all that no person made, which what the bot opens again is not,
 * whoever opened it first. Only what stops a loss does not wait, because a stop that waits is none.
 */
function needsApproval({ origin, priority, position_id, after_order_id }: Order, { settings }: MarketMoment): boolean {
  const stopsLoss = position_id !== null && priority === "urgent";
  const isOfPerson = origin === "manual" && after_order_id === null;
  return settings.order_mode === "semi_auto" && !isOfPerson && !stopsLoss;
}
