import * as z from "zod";
import { legSchema, sideSchema } from "./legs.ts";

export const executionTypes = ["option_strategy", "manual_legs", "equity", "two_part_spread"] as const;
export const strategyNames = [
  ...["iron_condor", "butterfly_call", "butterfly_put", "call_spread", "put_spread", "straddle", "strangle"],
] as const;
/** In the order in which the dispatcher takes them. */
export const priorities = ["urgent", "high", "normal", "low"] as const;
export const origins = ["manual", "autonomous", "bot"] as const;
export const orderStatuses = [
  ...(["pending", "validating", "awaiting_approval", "queued", "executing", "partially_filled"] as const),
  ...(["filled", "cancelled", "rejected", "failed"] as const),
] as const;

export const executionTypeSchema = z.enum(executionTypes);
export const orderStatusSchema = z.enum(orderStatuses);
export type OrderStatus = z.infer<typeof orderStatusSchema>;
export const originSchema = z.enum(origins);
export type Origin = z.infer<typeof originSchema>;
export const prioritySchema = z.enum(priorities);

/** What one unit of the order was traded at, net of all its legs, in dollars per share. */
export const orderFillSchema = z
  .object({
    at: z.string(),
    /** The market's time, which in a scenario or a replay is another one. */
    market_time: z.string(),
    quantity: z.number().int().min(1),
    price: z
      .number()
      .describe(
        "Dollars per share, as the order's limit counts them: what was paid, or what an order that sells took in.",
      ),
    commission_cents: z.number().int(),
    /** What each leg was traded at, in the order of the legs; of an equity order, its one price. */
    leg_prices: z.array(z.number()),
    /** Which part of a two-part spread. */
    part: z.enum(["debit", "credit"]).nullable(),
  })
  .meta({ id: "OrderFill" });
export type OrderFill = z.infer<typeof orderFillSchema>;

export const checkResultSchema = z
  .object({
    check: z.string(),
    result: z.enum(["passed", "failed", "warning", "skipped"]),
    reason: z.string().nullable(),
  })
  .meta({ id: "OrderCheck" });
export type CheckResult = z.infer<typeof checkResultSchema>;

const transitionSchema = z.object({
  from: orderStatusSchema.nullable(),
  to: orderStatusSchema,
  at: z.string(),
  reason: z.string().nullable(),
});

/** Who let an order pass or refused it, and when. */
const approvalSchema = z.object({
  decision: z.enum(["approved", "refused"]),
  by: z.string(),
  at: z.string(),
  api_key_id: z.string(),
});

/**
 * An order (spec orders 3.3). All its times are the wall clock's, because they are of its own life; only a fill has the
 * market's time too. Prices are dollars per share, money is in cents. Nothing of it is ever removed: what a position
 * came from can be read years later.
 */
export const orderSchema = z.object({
  order_id: z.string(),
  /** The id that the client gave it, once in a realm. */
  client_order_id: z.string().nullable(),
  symbol: z.string(),
  execution_type: executionTypeSchema,
  /** Of an equity order; the others have it in their legs. */
  side: sideSchema.nullable(),
  strategy_name: z.enum(strategyNames).nullable(),
  /** As they were asked for; a named strategy's once they are chosen. */
  legs: z.array(legSchema).nullable(),
  quantity: z.number().int().min(1),
  limit_price: z.number().positive().nullable(),
  status: orderStatusSchema,
  priority: prioritySchema,
  origin: originSchema,
  created_at: z.string(),
  updated_at: z.string(),
  filled_at: z.string().nullable(),
  filled_quantity: z.number().int().min(0),
  fill_price: z.number().nullable(),
  expires_at: z.string().nullable(),
  notes: z.string().nullable(),
  error_message: z.string().nullable(),
  template_id: z.string().nullable(),
  signal_id: z.string().nullable(),
  /** The position that it closes, all of it or a part. */
  position_id: z.string().nullable(),
  /**
   * The order that closes what this one opens again, when the bot rolls a position. Until that is over this one waits; then it
   * opens as many units as were closed.
   */
  after_order_id: z.string().nullable().default(null),
  bot_managed: z.boolean(),
  /** What the market asked for one unit when the order was checked; an approval is held against it. */
  reference_price: z.number().nullable(),
  approval: approvalSchema.nullable(),
  checks: z.array(checkResultSchema),
  fills: z.array(orderFillSchema),
  transitions: z.array(transitionSchema),

  /** Changes with every write, so that two writers never undo each other. */
  version: z.number().int(),
  api_key_id: z.string(),
  /** As JSON: whatever a client sends, the table need not be able to hold each number and depth of it. */
  strategy_params: z.string().nullable(),
  two_part_config: z.string().nullable(),
  execution_details: z.record(z.string(), z.unknown()),
  broker_order_ids: z.array(z.string()),
});
export type Order = z.infer<typeof orderSchema>;
