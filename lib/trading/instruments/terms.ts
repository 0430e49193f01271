import * as z from "zod";
import type { OptionType, Quote } from "../../providers/market/market.ts";

/** The option that pays if the view comes true (spec pipeline 5). */
export function optionTypeOf(sentiment: "bullish" | "bearish"): OptionType {
  return sentiment === "bullish" ? "call" : "put";
}

/**
 * What the table holds of paper trading (spec data-model 3.10–3.13). Money is in integer cents under names that
 * end in `_cents`; it is shown in dollars under the name without the ending (`position_size_cents` 499500 →
 * `position_size` 4995). Prices are dollars with at most four decimals, days are New York's, times ISO-8601 UTC.
 */
export const instrumentTypeSchema = z.enum(["stock", "option"]);

export type InstrumentType = z.infer<typeof instrumentTypeSchema>;

export const optionTypeSchema = z.enum(["call", "put"] satisfies OptionType[]);

export const exitReasonSchema = z.enum([
  "stop_loss",
  "take_profit",
  "trailing_stop",
  "breakeven_stop",
  "time_stop",
  "expiration",
  "manual",
  "replaced",
  /** A reverse split left less than a share, which was settled in cash. */
  "split",
]);

export type ExitReason = z.infer<typeof exitReasonSchema>;

/** How long a share may be held: the base time, longer, or until its trailing stop. */
export const timeExtensionSchema = z.enum(["base", "extended", "trailing"]);
export type TimeExtension = z.infer<typeof timeExtensionSchema>;

export const priceSchema = z.number().nonnegative();

export const centsSchema = z.number().int();

export const countSchema = z.number().int().nonnegative();

/** What a fill would have been with the market's spread, slippage and commission, which the paper fill leaves out. */
export const fillSchema = z.object({
  bid: priceSchema.nullable(),
  ask: priceSchema.nullable(),
  /** Dollars per share. */
  net_price: priceSchema,
  commission_cents: centsSchema,
  /** What the net fill is worse by than the paper fill, commission included; negative where it is better. */
  cost_cents: centsSchema,
});

export type Fill = z.infer<typeof fillSchema>;

/** `2021-01-27.GME.quality.stocks_quality.1`: of a position's or prediction's exits, counted from 1. */
export function exitId(ownerId: string, number: number): string {
  return `${ownerId}.${number}`;
}

/** The number in an exit's id: exits of one check have the same time, and only their numbers tell which came first. */
export function exitNumber(id: string): number {
  return Number(id.slice(id.lastIndexOf(".") + 1));
}

/** What buyers and sellers offered at the time, dollars per share; null where the broker did not say. */
export type Offered = Pick<Quote, "bid" | "ask">;
