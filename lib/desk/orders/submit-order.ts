import * as z from "zod";
import { readMoment } from "../../realm/moment.ts";
import { openRealm } from "../../realm/state.ts";
import { iso } from "../../runtime/dates.ts";
import { AppError, invalidRequest } from "../../runtime/errors.ts";
import { answerOnce, type IdempotentRequest, refuseAnswered, remember } from "../../store/idempotency.ts";
import type { DeskServices } from "../services.ts";
import { type Order, type Origin, orderStatusSchema } from "./record.ts";
import { legsOf, type OrderRequest, quantityProblems } from "./request.ts";
import { createOrders, refusedNew } from "./stored.ts";

export const submittedSchema = z
  .object({
    order_id: z.string(),
    status: orderStatusSchema,
    created_at: z.iso.datetime(),
    message: z.string(),
  })
  .meta({ id: "SubmittedOrder" });
type Submitted = z.infer<typeof submittedSchema>;

/** Who submits an order, and what it comes of. */
export interface Submission extends Descent {
  request: IdempotentRequest & { body: OrderRequest };
}

interface Descent {
  origin: Origin;
  /** A closing order's legs are known already, and it closes this position. */
  closes?: { position_id: string };
  /** It opens again what this order closes. */
  after_order_id?: string;
  template_id?: string;
  signal_id?: string;
}

type SubmitServices = Pick<DeskServices, "store" | "config" | "clock" | "sleep" | "ids" | "log">;

/** Seconds after which a client may try again where the queue is full. */
const retryAfterSeconds = 5;

/**
 * Accepts an order into the queue (spec orders 3.5): it is stored with its place there, the idempotency record and its event
 * in one transaction, and never waits for a fill. All three origins come through here. Throws `VALIDATION_ERROR`,
 * `QUEUE_FULL`, `ORDER_EXISTS`, `IDEMPOTENCY_MISMATCH`.
 */
export async function submitOrder(services: SubmitServices, submission: Submission): Promise<Submitted> {
  const { answer } = await answerOnce(services, submission.request, () => submitOnce(services, submission));
  return answer;
}

async function submitOnce(services: SubmitServices, submission: Submission): Promise<Submitted> {
  const { store, clock, log } = services;
  await openRealm(services);
  const { settings } = await readMoment(services);
  const { request } = submission;
  const problems = quantityProblems(request.body, settings);
  if (problems.length > 0 && !submission.closes) throw invalidRequest(problems);
  const order = newOrder(services, submission);
  const answer = {
    order_id: order.order_id,
    status: order.status,
    created_at: order.created_at,
    message: "Order submitted successfully",
  };
  const capacity = settings.order_queue_capacity;
  const actions = remember(store, request, answer, clock.now());
  const written = await createOrders(services, [order], capacity, { actions });
  if (written.applied) {
    log.info("order submitted", { orderId: order.order_id, origin: order.origin, type: order.execution_type });
    return answer;
  }
  refuseAnswered(written);
  if (written.refusals.includes(refusedNew.known)) {
    throw new AppError("Conflict", "ORDER_EXISTS", "There is an order with this client_order_id already.");
  }
  const problem = `As many orders wait as may: ${capacity}. Try again later.`;
  throw new AppError("NotReady", "QUEUE_FULL", problem, { retryable: true, retryAfterSeconds });
}

/** An order that is nowhere yet. */
export function newOrder(
  { clock, ids }: Pick<DeskServices, "clock" | "ids">,
  { request, origin, closes, ...of }: Descent & { request: { apiKeyId: string; body: OrderRequest } },
): Order {
  const now = clock.now();
  const created_at = iso(now);
  const { side, strategy_name, legs: _, expiration_minutes: minutes, ...asked } = request.body;
  return {
    ...asked,
    strategy_params: asked.strategy_params && JSON.stringify(asked.strategy_params),
    two_part_config: asked.two_part_config && JSON.stringify(asked.two_part_config),
    order_id: ids.ulid(now.getTime()),
    side: asked.execution_type === "equity" ? (side ?? "buy") : null,
    strategy_name: strategy_name ?? null,
    legs: legsOf(request.body),
    status: "pending",
    origin,
    created_at,
    updated_at: created_at,
    filled_at: null,
    filled_quantity: 0,
    fill_price: null,
    expires_at: minutes === undefined ? null : iso(new Date(now.getTime() + minutes * 60_000)),
    error_message: null,
    template_id: of.template_id ?? null,
    signal_id: of.signal_id ?? null,
    position_id: closes?.position_id ?? null,
    after_order_id: of.after_order_id ?? null,
    reference_price: null,
    approval: null,
    checks: [],
    fills: [],
    transitions: [{ from: null, to: "pending", at: created_at, reason: null }],
    version: 1,
    api_key_id: request.apiKeyId,
    execution_details: {},
    broker_order_ids: [],
  };
}
