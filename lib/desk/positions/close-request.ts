import * as z from "zod";
import type { ErrorCode } from "../../runtime/errors.ts";
import { round } from "../../runtime/money.ts";
import { manualQuantity } from "../../trading/instruments/quantities.ts";
import { priceDecimals } from "../../trading/instruments/returns.ts";
import type { DeskPosition } from "./record.ts";

/** Dearer than anything that is traded, and few enough digits for money to be exact. */
const greatestPrice = 10_000_000;

export const closeRequestSchema = z
  .strictObject({
    quantity_pct: z.number().min(0.000001).max(1).default(1).describe("Fraction of what is left; at least one unit."),
    price: z
      .number()
      .min(-greatestPrice)
      .max(greatestPrice)
      .refine((price) => round(price, priceDecimals) === price, `must have at most ${priceDecimals} decimals`)
      .optional()
      .describe(
        "Dollars per share of one unit, negative where closing it costs money; 0 for what is worthless. Only where the " +
          "position needs review, or the market has no price: it is then closed at once, without an order.",
      ),
    notes: z.string().max(500).optional(),
  })
  .meta({ id: "BookCloseRequest" });
export type CloseRequest = z.infer<typeof closeRequestSchema>;

export const closeOrderSchema = z
  .object({
    order_id: z.string().nullable().describe("The closing order; null where a named price closed it at once."),
    position_id: z.string(),
    quantity: z.number().int(),
  })
  .meta({ id: "ClosingOrder" });
export type ClosingOrder = z.infer<typeof closeOrderSchema>;
/** At least one unit. */
export function unitsToClose({ quantity }: DeskPosition, { quantity_pct }: CloseRequest): number {
  return manualQuantity(Math.abs(quantity), quantity_pct);
}

/** What a close may be refused for. */
export const closeErrors: readonly ErrorCode[] = [
  ...(["NOT_FOUND", "POSITION_ALREADY_CLOSED", "POSITION_NEEDS_REVIEW", "MARKET_HAS_PRICE"] as const),
  ...(["PRICE_UNAVAILABLE", "QUEUE_FULL"] as const),
];
