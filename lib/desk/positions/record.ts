import * as z from "zod";
import { originSchema } from "../orders/record.ts";

/** One instrument of a position, and how many of it one unit holds: negative where they are owed. */
export const positionLegSchema = z
  .object({ symbol: z.string(), quantity: z.number().int() })
  .meta({ id: "DeskPositionLeg" });
export type PositionLeg = z.infer<typeof positionLegSchema>;

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
  notes: z.string().nullable(),
  order_id: z.string(),
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
