import * as z from "zod";
import { orderRequestSchema, symbolSchema } from "../orders/request.ts";
import { scheduleTypeSchema } from "./record.ts";

const { strategy_name, limit_price, notes } = orderRequestSchema.shape;
const name = z.string().min(1).max(100);
const quantity = z.number().int().min(1, "Quantity must be positive").max(100);
const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM, 24 hours")
  .describe("New York time.");
const weekday = z.number().int().min(0).max(6);

/** What a new template may say (spec orders 6.1). */
export const templateRequestSchema = z
  .strictObject({
    name,
    symbol: symbolSchema,
    strategy_name: strategy_name.unwrap().unwrap(),
    quantity: quantity.default(1),
    limit_price,
    schedule_type: scheduleTypeSchema,
    schedule_time: time.nullable().optional().describe("New York time, default 09:35; not of the market's own times."),
    days_of_week: z
      .array(weekday)
      .min(1)
      .max(7)
      .refine((days) => new Set(days).size === days.length, "must name a day once")
      .refine((days) => days.some((day) => day < 5), "must name a day on which the market opens")
      .nullable()
      .optional()
      .describe("Of `weekly` alone; 0 is Monday. Default [0]."),
    day_of_month: z.number().int().min(1).max(28).nullable().optional().describe("Of `monthly` alone; default 1."),
    expires_at: z.iso.datetime().nullable().default(null),
    max_executions: z.number().int().min(1).max(1_000_000).nullable().default(null),
    notes,
  })
  .superRefine((request, context) => {
    for (const field of foreignFields(request)) {
      context.addIssue({ code: "custom", path: [field], message: `is not for ${request.schedule_type}` });
    }
  })
  .meta({ id: "TemplateRequest" });
export type TemplateRequest = z.output<typeof templateRequestSchema>;

type ScheduleFields = Pick<TemplateRequest, "schedule_type" | "schedule_time" | "days_of_week" | "day_of_month">;

/** Fields of another kind of schedule. */
function foreignFields(request: ScheduleFields): string[] {
  const { schedule_type: type, schedule_time, days_of_week, day_of_month } = request;
  return [
    ...(isMarketTime(type) && schedule_time ? ["schedule_time"] : []),
    ...(type !== "weekly" && days_of_week ? ["days_of_week"] : []),
    ...(type !== "monthly" && typeof day_of_month === "number" ? ["day_of_month"] : []),
  ];
}

/** Whether the schedule goes by the market's own times. */
export function isMarketTime(type: TemplateRequest["schedule_type"]): boolean {
  return type === "market_open" || type === "market_close";
}

/** The schedule with what was left out as its default. */
export function scheduleOf({ schedule_type: type, ...given }: TemplateRequest) {
  return {
    schedule_type: type,
    schedule_time: isMarketTime(type) ? null : (given.schedule_time ?? "09:35"),
    days_of_week: type === "weekly" ? (given.days_of_week ?? [0]) : null,
    day_of_month: type === "monthly" ? (given.day_of_month ?? 1) : null,
  };
}

/** What may be changed of a template (spec orders 6.5). Only the fields that are sent are. */
export const templateChangesSchema = z
  .strictObject({
    name: name.optional(),
    quantity: quantity.optional(),
    limit_price: limit_price.unwrap().optional(),
    schedule_time: time.optional(),
    status: z.enum(["active", "paused"]).optional(),
    notes: notes.unwrap().optional(),
  })
  .meta({ id: "TemplateChanges" });
export type TemplateChanges = z.output<typeof templateChangesSchema>;
