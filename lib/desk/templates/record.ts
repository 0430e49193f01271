import * as z from "zod";
import { strategyNames } from "../orders/record.ts";

export const scheduleTypes = ["daily", "weekly", "monthly", "market_open", "market_close"] as const;
export const scheduleTypeSchema = z.enum(scheduleTypes);
export const templateStatuses = ["active", "paused", "expired"] as const;
export const templateStatusSchema = z.enum(templateStatuses);

/**
 * An order to be made again and again (spec orders 6.1). A schedule is lifecycle and no market data: all its times are the
 * wall clock's, in a replay and in the scenario too, so nothing falls due at a made-up time.
 */
export const templateSchema = z.object({
  template_id: z.string(),
  name: z.string(),
  symbol: z.string(),
  strategy_name: z.enum(strategyNames),
  quantity: z.number().int().min(1),
  limit_price: z.number().positive().nullable(),
  schedule_type: scheduleTypeSchema,
  schedule_time: z.string().nullable().describe("`HH:MM` in New York; null where the market's own times count."),
  days_of_week: z.array(z.number().int()).nullable().describe("0 is Monday."),
  day_of_month: z.number().int().nullable(),
  expires_at: z.string().nullable(),
  max_executions: z.number().int().nullable(),
  status: templateStatusSchema,
  notes: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  last_executed: z.string().nullable().describe("When an order was made of it last."),
  execution_count: z.number().int().describe("How many orders were made of it."),

  /** The slot that comes next, on a day on which the market is closed too; null where none does. */
  next_slot: z.string().nullable(),
  /** Orders made of it and those about to be: never more than `max_executions`. */
  executions_begun: z.number().int(),
  /** Changes with every write, so that two writers never undo each other. */
  version: z.number().int(),
  api_key_id: z.string(),
});
export type Template = z.infer<typeof templateSchema>;

/**
 * One slot of a template, or one time that somebody asked for its order. What became of the order stands in the order
 * alone, so the two can never disagree.
 */
export const executionSchema = z.object({
  /** The order has it as its `client_order_id`, so there is never a second one. */
  execution_id: z.string(),
  template_id: z.string(),
  order_id: z.string().nullable(),
  scheduled_for: z.string().nullable().describe("Null where somebody asked for it."),
  executed_at: z.string().nullable().describe("When it was known what comes of it; null before."),
  status: z.enum(["claimed", "submitted", "failed", "skipped"]),
  error_message: z.string().nullable(),

  /** By when somebody took on making the order; null once that is done. */
  claimed_at: z.string().nullable(),
  api_key_id: z.string(),
});
export type Execution = z.infer<typeof executionSchema>;
