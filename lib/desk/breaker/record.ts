import * as z from "zod";

/** Why trading was halted (spec orders 8.3). */
export const tripReasons = [
  "daily_loss_exceeded",
  "max_drawdown_exceeded",
  "consecutive_losses_exceeded",
  "position_limit_exceeded",
  "negative_sentiment_spike",
  "critical_news_event",
  "manual_halt",
  "system_error",
] as const;
export const tripReasonSchema = z.enum(tripReasons);
export type TripReason = z.infer<typeof tripReasonSchema>;

/** What the engine last saw of the account, in cents. */
const watchedSchema = z.object({
  /** The trading day that began last, by the market's time. */
  day: z.string(),
  day_start_cents: z.number().int(),
  /** From where losses count towards the daily limit: the day's start, or what there was at a later reset. */
  counted_from_cents: z.number().int(),
  /** The most there was since the last reset. */
  peak_cents: z.number().int(),
  equity_cents: z.number().int(),
  /** The money that was put in: what is added or taken out is neither gain nor loss. */
  starting_cents: z.number().int(),
  /** The largest position as a share of the equity. */
  largest_position_pct: z.number(),
});
export type Watched = z.infer<typeof watchedSchema>;

/** The circuit breaker of a realm. Its own times are the wall clock's, its trading day is the market's. */
export const breakerSchema = z.object({
  state: z.enum(["closed", "open", "half_open"]),
  trip_reason: tripReasonSchema.nullable(),
  /** When it tripped last; stays after a reset. */
  tripped_at: z.string().nullable(),
  /** The market's time at which it last closed again, as signals are dated; null where it never has. */
  closed_since: z.string().nullable(),
  /** A person halted: then only a person resets, whatever the settings say. */
  halted_by_hand: z.boolean(),
  /** Positions in a row that were closed at a loss. */
  losing_closes: z.number().int(),
  /** Null until the engine has looked at the account. */
  watched: watchedSchema.nullable(),
  version: z.number().int(),
});
export type Breaker = z.infer<typeof breakerSchema>;

/** What happened to the breaker, as it is kept. `condition`: another reason to halt, while trading was halted already. */
export const breakerEventSchema = z
  .object({
    event_id: z.string(),
    type: z.enum(["tripped", "condition", "half_opened", "closed", "reset"]),
    at: z.iso.datetime(),
    reason: tripReasonSchema.nullable(),
    detail: z.string().nullable().describe("What was seen, or what the person who halted said."),
    authorized_by: z.string().nullable().describe("Who reset it."),
    api_key_id: z.string().nullable().describe("The key of who halted or reset it; null where the engine did it."),
  })
  .meta({ id: "CircuitBreakerEvent" });
export type BreakerEvent = z.infer<typeof breakerEventSchema>;
/** An event before it is written. */
export type Happening = Pick<BreakerEvent, "type"> & Partial<Omit<BreakerEvent, "event_id" | "type" | "at">>;
