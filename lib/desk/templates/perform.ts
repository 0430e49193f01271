import { iso } from "../../runtime/dates.ts";
import { type AppError, isAppError } from "../../runtime/errors.ts";
import type { Action } from "../../store/actions.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { ifUnchanged } from "../../store/expressions.ts";
import { listOrders } from "../orders/list.ts";
import { orderRequestSchema } from "../orders/request.ts";
import { submitOrder } from "../orders/submit-order.ts";
import { executed, isOver, notExecuted } from "./lifecycle.ts";
import type { Execution, Template } from "./record.ts";
import { isLate } from "./schedule.ts";
import { findExecution, findTemplate, putExecution, refused, saveTemplate, type TemplateServices } from "./stored.ts";

/** What became of a claimed execution: why no order was made, where the desk refused it. */
interface Performed {
  execution: Execution;
  refusal?: AppError;
}

interface Circumstances {
  /** Whoever claimed it first never came back. */
  isResumed?: boolean;
  /** What has to happen with it where no order is made. */
  otherwise?: readonly Action[];
}

/**
 * Makes the order of an execution that the caller has claimed, and notes what came of it, with the template's counters. It
 * may be killed anywhere and done again: the order is looked for first, and a second one with its `client_order_id` cannot
 * be. Throws `StoreUnavailable` where nobody knows whether the order was made; then the execution stays claimed, and who
 * resumes it finds out.
 */
export async function perform(
  services: TemplateServices,
  claimed: Execution,
  { isResumed = false, otherwise = [] }: Circumstances = {},
): Promise<Performed> {
  const { refusal, ...result } = await resultOf(services, claimed, isResumed);
  const more = result.status === "submitted" ? [] : otherwise;
  const execution = await finish(services, claimed, result, more);
  return { execution, ...(refusal && { refusal }) };
}

type Result = Pick<Execution, "status"> & Partial<Pick<Execution, "order_id" | "error_message">>;

/** The order that was made already, or is now, or why there is none. */
async function resultOf(
  services: TemplateServices,
  claimed: Execution,
  isResumed: boolean,
): Promise<Result & { refusal?: AppError }> {
  const made = await orderOf(services, claimed);
  if (made !== undefined) return { status: "submitted", order_id: made };
  const template = await findTemplate(services, claimed.template_id);
  if (!template) return { status: "skipped", error_message: "The template was deleted before its order was made." };
  const hindrance = hindranceOf(template, claimed, services.clock.now(), isResumed);
  if (hindrance) return hindrance;
  try {
    return { status: "submitted", order_id: await submit(services, template, claimed) };
  } catch (error) {
    if (!isAppError(error) || error.name === "StoreUnavailable") throw error;
    return { status: "failed", error_message: error.message, refusal: error };
  }
}

/** Why no order is made any more, although it was begun. */
function hindranceOf(
  template: Template,
  { scheduled_for }: Execution,
  now: Date,
  isResumed: boolean,
): Result | undefined {
  if (template.status !== "active" || isOver(template, now)) {
    return { status: "skipped", error_message: "The template was paused or expired before its order was made." };
  }
  if (!isResumed) return undefined;
  const interrupted = "It was interrupted before its order was made";
  if (scheduled_for === null) return { status: "failed", error_message: `${interrupted}.` };
  if (!isLate(scheduled_for, now)) return undefined;
  return { status: "failed", error_message: `${interrupted}, and then more than 10 minutes late.` };
}

/** The id of the order that was made already. Another's order may have taken the name; then there is none. */
async function orderOf(services: TemplateServices, { execution_id, template_id, api_key_id }: Execution) {
  const page = { limit: 1, offset: 0, apiKeyId: api_key_id };
  const { orders } = await listOrders(services, { client_order_id: execution_id }, page);
  return orders.find((order) => order.template_id === template_id)?.order_id;
}

async function submit(services: TemplateServices, template: Template, execution: Execution): Promise<string> {
  const { symbol, strategy_name, quantity, limit_price, notes, template_id } = template;
  const { execution_id: key, api_key_id: apiKeyId } = execution;
  const order = { symbol, execution_type: "option_strategy", strategy_name, quantity, limit_price, notes };
  const body = orderRequestSchema.parse({ ...order, client_order_id: key });
  const request = { operation: "template", key, apiKeyId, body };
  return (await submitOrder(services, { request, origin: "bot", template_id })).order_id;
}

/** Notes what came of it, if it is still the caller's. */
async function finish(
  services: TemplateServices,
  claimed: Execution,
  result: Result,
  more: readonly Action[] = [],
): Promise<Execution> {
  const { store, clock, log } = services;
  const { execution_id: executionId, template_id, claimed_at } = claimed;
  const execution = await decideAnew(services, async () => {
    const now = clock.now();
    const ended = { ...claimed, ...result, executed_at: iso(now), claimed_at: null };
    const before = await findTemplate(services, template_id);
    const after = before && (result.status === "submitted" ? executed : notExecuted)(before, now);
    const written = await saveTemplate(services, before && after && { before, after }, {
      actions: [putExecution(store.keys, ended, ifUnchanged("claimed_at", claimed_at, refused.execution)), ...more],
    });
    if (written.applied) return ended;
    return written.refusals.includes(refused.execution) ? findExecution(services, claimed) : undefined;
  });
  const { status, order_id: orderId } = execution;
  log.info("template executed", { templateId: template_id, executionId, status, orderId });
  return execution;
}
