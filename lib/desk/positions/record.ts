import * as z from "zod";
import { originSchema } from "../orders/record.ts";

/** One instrument of a position, and how many of it one unit holds: negative where they are owed. */
export const positionLegSchema = z
  .object({ symbol: z.string(), quantity: z.number().int() })
  .meta({ id: "DeskPositionLeg" });
export type PositionLeg = z.infer<typeof positionLegSchema>;

/** What its worth answers to, of all that is held: the dollars of it, after Black, Scholes and Merton (`greeks.ts`). */
export const greeksSchema = z
  .object({
    delta: z.number().describe("Dollars for a dollar of the underlying."),
    gamma: z.number().describe("Change of delta for a dollar of the underlying."),
    theta: z.number().describe("Dollars a calendar day."),
    vega: z.number().describe("Dollars for a point of implied volatility."),
    rho: z.number().describe("Dollars for a point of the interest rate."),
    iv: z.number().nullable().describe("Implied volatility a year, of the contracts' mean; null of shares."),
    updated_at: z.string(),
    source: z.enum(["calculated", "market", "broker"]),
  })
  .meta({ id: "Greeks" });
export type Greeks = z.infer<typeof greeksSchema>;

/** A split of what a position holds. */
const positionSplitSchema = z.object({
  date: z.string(),
  ratio: z.number().describe("New shares for an old one."),
  quantity_before: z.number().int(),
  quantity_after: z.number().int(),
  settlement_cents: z.number().int().describe("For the fraction of a share that was left."),
});

/** What the bot did about a position, and by which order. */
const managementSchema = z.object({
  at: z.string(),
  action: z.enum(["none", "take_profit", "stop_loss", "roll", "adjust", "close"]),
  details: z.string(),
  /** The gain at which a part was taken. */
  level: z.number().nullable(),
  order_id: z.string().nullable(),
});

/**
 * A position that orders have made (spec orders 5.2). Money is in cents and signed: what was paid is positive, what was
 * taken in is negative. Opening commissions are part of its cost, closing ones of what it realised, so that realised and
 * unrealised gains together are the account's to the cent. `opened_at` and `closed_at` are the market's time.
 */
export const deskPositionSchema = z.object({
  position_id: z.string(),
  /** A share or a contract; of a combination the underlying and the strategy. */
  symbol: z.string(),
  underlying: z.string(),
  legs: z.array(positionLegSchema),
  /** Units: shares, contracts or combinations; negative where a single instrument is owed. 0 once it is closed. */
  quantity: z.number().int(),
  /** The most it ever held, without its sign: what shares of it are parts of. */
  most_units: z.number().int().default(0),
  /** What the units that are left have cost, opening commissions included. */
  cost_cents: z.number().int(),
  /** What was gained by the units that were closed, after their commissions. */
  realized_cents: z.number().int(),
  /** Dollars per share and unit, net of all legs; null as long as nobody has said. */
  current_price: z.number().nullable(),
  price_as_of: z.string().nullable(),
  source: originSchema,
  bot_managed: z.boolean(),
  strategy_type: z.string().nullable(),
  greeks: greeksSchema.nullable().default(null),
  /** The gains at which a part was closed, or would have been. */
  profit_levels_done: z.array(z.number()).default([]),
  management_history: z.array(managementSchema).default([]),
  notes: z.string().nullable(),
  order_id: z.string(),
  /** In the order of their days; all else is on the scale after the last one. */
  splits: z.array(positionSplitSchema).default([]),
  /** The market's time up to which splits are looked for. */
  checked_at: z.string(),
  /** Why nothing is decided on it and it keeps its last value, as a sentence: a person has to look. */
  review_reason: z.string().nullable().default(null),
  opened_at: z.string(),
  closed_at: z.string().nullable(),
  last_updated: z.string(),
  version: z.number().int(),
});
export type DeskPosition = z.infer<typeof deskPositionSchema>;

export function isOpen({ quantity }: Pick<DeskPosition, "quantity">): boolean {
  return quantity !== 0;
}

/** The desk's money. What is not stored yet is 0. */
export const accountSchema = z.object({
  /** All money that came in (+) and went out (−) by trades, commissions included. */
  flows_cents: z.number().int().default(0),
  realized_cents: z.number().int().default(0),
  realized_manual_cents: z.number().int().default(0),
  realized_autonomous_cents: z.number().int().default(0),
  realized_bot_cents: z.number().int().default(0),
});
export type Account = z.infer<typeof accountSchema>;
