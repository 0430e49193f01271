import * as z from "zod";
import type { Configuration } from "../../configuration/keys.ts";
import { readMoment } from "../../realm/moment.ts";
import { round } from "../../runtime/money.ts";
import type { DeskServices } from "../services.ts";
import { type Breaker, breakerEventSchema, tripReasonSchema } from "./record.ts";
import { allowsTrading, lossPct } from "./rules.ts";
import { findBreaker, readBreakerEvents } from "./stored.ts";

/** `GET /api/v1/circuit-breaker` (spec orders 8.3). */
export const breakerViewSchema = z
  .object({
    is_halted: z.boolean(),
    state: z
      .enum(["closed", "open", "half_open", "unknown"])
      .describe("`unknown` as long as the engine has never run, and where the state cannot be read."),
    trip_reason: tripReasonSchema.nullable(),
    last_trip_time: z.iso.datetime().nullable().describe("Stays after a reset."),
    consecutive_losses: z.number().int().describe("Positions in a row that were closed at a loss, today."),
    daily_loss_pct: z.number().describe("Of the equity at the day's opening; a fraction."),
    max_daily_loss_pct: z.number(),
    can_trade: z.boolean(),
  })
  .meta({ id: "CircuitBreaker" });
type BreakerView = z.infer<typeof breakerViewSchema>;

export const breakerEventsSchema = z
  .object({ events: breakerEventSchema.array(), count: z.number().int() })
  .meta({ id: "CircuitBreakerEvents" });

/** What is shown where there is nothing to show. */
const unknown: BreakerView = {
  ...{ is_halted: false, state: "unknown", trip_reason: null, last_trip_time: null },
  ...{ consecutive_losses: 0, daily_loss_pct: 0, max_daily_loss_pct: 0.03, can_trade: false },
};

/** Never fails: a state that cannot be read is `unknown`, and does not allow trading. */
export async function showBreaker(
  services: Pick<DeskServices, "store" | "clock" | "config" | "log">,
): Promise<BreakerView> {
  try {
    const [breaker, { settings }] = await Promise.all([findBreaker(services), readMoment(services)]);
    return breaker ? toBreakerView(breaker, settings) : unknown;
  } catch (error) {
    services.log.error("the state of the circuit breaker cannot be read", { error });
    return unknown;
  }
}

/** The last hundred events, the newest first. */
export async function listBreakerEvents(
  services: Pick<DeskServices, "store">,
): Promise<z.infer<typeof breakerEventsSchema>> {
  const events = await readBreakerEvents(services);
  return { events, count: events.length };
}

function toBreakerView(breaker: Breaker, settings: Configuration): BreakerView {
  const { state, trip_reason, tripped_at, losing_closes, watched } = breaker;
  return {
    is_halted: state !== "closed",
    state,
    trip_reason,
    last_trip_time: tripped_at,
    consecutive_losses: losing_closes,
    daily_loss_pct: watched ? round(lossPct(watched.day_start_cents, watched.equity_cents), 6) : 0,
    max_daily_loss_pct: settings.breaker_daily_loss_pct,
    can_trade: allowsTrading(breaker),
  };
}
