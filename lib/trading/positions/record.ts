import * as z from "zod";
import { signalTypeSchema } from "../../analysis/signals/signal.ts";
import {
  centsSchema,
  countSchema,
  exitReasonSchema,
  fillSchema,
  instrumentTypeSchema,
  optionTypeSchema,
  priceSchema,
  timeExtensionSchema,
} from "../instruments/terms.ts";
import { candleRecordSchema } from "../market/candles.ts";

/** One of the four isolated accounts; its id is its name. */
export const portfolioSchema = z.object({
  id: z.string(),
  name: z.string(),
  instrument_type: instrumentTypeSchema,
  signal_type: signalTypeSchema,
  starting_capital_cents: centsSchema,
  current_value_cents: centsSchema,
  cash_available_cents: centsSchema.nonnegative(),
  /** What all exits so far have gained and lost; not shown, it lets every sum be checked. */
  realized_pnl_cents: centsSchema.default(0),
  /** What all fills so far would have cost beyond their paper prices: net value is `current_value` less this. */
  trading_costs_cents: centsSchema.default(0),
  /** What of the value is positions that count nothing in net value, because they have had no price for too long. */
  unpriced_value_cents: centsSchema.default(0),
  /** In the order of their opening, `max_open_positions` at most: the one list of open positions that decisions are made by. */
  open_position_ids: z.array(z.string()).default([]),
  /** Those of them that a person has to look at. */
  review_position_ids: z.array(z.string()).default([]),
  created_at: z.string(),
  last_valued_at: z.string().nullable().default(null),
  version: z.number().int().default(0),
});
export type Portfolio = z.infer<typeof portfolioSchema>;

/** A split as it was booked on a position. */
export const bookedSplitSchema = z.object({
  /** The day from whose opening on it counts. */
  date: z.string(),
  /** New shares for an old one. */
  ratio: z.number().positive(),
  /** Shares or contracts that were left. */
  quantity_before: countSchema,
  quantity_after: countSchema,
  /** The part of a share that was settled in cash, and at what: the day's opening. */
  settled_fraction: z.number().nonnegative(),
  settlement_price: priceSchema.nullable(),
  settlement_cents: centsSchema,
  /** What that cash gained over what was paid for it. */
  realized_pnl_cents: centsSchema,
  /** Null where a person's close booked it. */
  run_id: z.string().nullable(),
  created_at: z.string(),
});
export type BookedSplit = z.infer<typeof bookedSplitSchema>;

const positionFields = {
  id: z.string(),
  portfolio_id: z.string(),
  signal_id: z.string(),
  ticker: z.string(),
  signal_type: signalTypeSchema,
  /** The signal's at the opening, 0–1; ranks replacement. */
  confidence: z.number(),
  /** What was paid. */
  position_size_cents: centsSchema,
  /** What the sizing rule allowed. */
  target_allocation_cents: centsSchema,
  entry_date: z.string(),
  opened_at: z.string(),
  /** Dollars per share, or the premium per share of an option; after a split with up to twelve digits. */
  entry_price: priceSchema,
  status: z.enum(["open", "closed"]),
  trailing_stop_active: z.boolean(),
  last_price: priceSchema.nullable(),
  /** When it was read. */
  last_price_at: z.string().nullable(),
  /** When it was traded, or an option's quoted; null where the broker did not say, or it was stored before this was. */
  last_traded_at: z.string().nullable().default(null),
  /** Trading days without any price, by the last check that asked for one; 0 where that had a price. */
  days_without_price: countSchema.default(0),
  /** Start of the next monitoring window. */
  last_checked_at: z.string(),
  /** The New York day of the first run that could decide nothing, although the sources answered; null where it could. */
  doubted_since: z.string().nullable().default(null),
  /** Open, and something happened that cannot be adjusted for certain: no rule decides on it, a person closes it. */
  needs_review: z.boolean().default(false),
  /** What happened, and the New York day it was marked; both stay when it is closed. */
  review_reason: z.string().nullable().default(null),
  review_since: z.string().nullable().default(null),
  /** Over all exits so far. */
  realized_pnl_cents: centsSchema.default(0),
  /** What opening it would have cost beyond the paper price; null where it was stored before fills were. */
  entry_fill: fillSchema.nullable().default(null),
  /** Of the opening and all exits so far. */
  trading_costs_cents: centsSchema.default(0),
  /** In the order of their days. All quantities and prices of the position are on the scale after the last one. */
  splits: z.array(bookedSplitSchema).default([]),
  /** How many exits there are; the next one's number is one more. */
  exit_count: countSchema.default(0),
  /** These four are null until nothing remains; the reason is the last exit's. */
  exit_date: z.string().nullable().default(null),
  exit_reason: exitReasonSchema.nullable().default(null),
  hold_days: z.number().int().nullable().default(null),
  /** Percent. */
  realized_return_pct: z.number().nullable().default(null),
  /** One more with every write; a write is refused where another came between. */
  version: z.number().int().default(0),
};

/** Fields of the other kind are null, so that both kinds show the same names. */
const absent = z.null().default(null);

export const stockPositionSchema = z.object({
  ...positionFields,
  instrument_type: z.literal("stock"),
  direction: z.literal("long"),
  shares: countSchema,
  shares_remaining: countSchema,
  stop_loss_price: priceSchema,
  breakeven_active: z.boolean(),
  take_profit_price: priceSchema,
  peak_price: priceSchema,
  time_extension: timeExtensionSchema,
  option_type: absent,
  contract_symbol: absent,
  strike_price: absent,
  expiration_date: absent,
  deliverable_shares: absent,
  entry_delta: absent,
  entry_dte: absent,
  contracts: absent,
  contracts_remaining: absent,
  premium_paid_cents: absent,
  peak_premium: absent,
  underlying_price_at_entry: absent,
});
export type StockPosition = z.infer<typeof stockPositionSchema>;

export const optionPositionSchema = z.object({
  ...positionFields,
  instrument_type: z.literal("option"),
  /** Equal to `option_type`, on purpose. */
  direction: optionTypeSchema,
  option_type: optionTypeSchema,
  contract_symbol: z.string(),
  strike_price: priceSchema,
  expiration_date: z.string(),
  /** What one contract delivers; other than a hundred after a split that is not to whole shares. */
  deliverable_shares: z.number().nonnegative().default(100),
  entry_delta: z.number(),
  entry_dte: z.number().int(),
  contracts: countSchema,
  contracts_remaining: countSchema,
  premium_paid_cents: centsSchema,
  peak_premium: priceSchema,
  underlying_price_at_entry: priceSchema.nullable(),
  shares: absent,
  shares_remaining: absent,
  stop_loss_price: absent,
  breakeven_active: absent,
  take_profit_price: absent,
  peak_price: absent,
  time_extension: absent,
});
export type OptionPosition = z.infer<typeof optionPositionSchema>;

export const positionSchema = z.discriminatedUnion("instrument_type", [stockPositionSchema, optionPositionSchema]);
export type Position = z.infer<typeof positionSchema>;

export const positionExitSchema = z.object({
  id: z.string(),
  position_id: z.string(),
  portfolio_id: z.string(),
  exit_date: z.string(),
  exit_price: priceSchema,
  exit_reason: exitReasonSchema,
  /** Fraction of what remained before this exit. */
  quantity_pct: z.number(),
  shares_exited: countSchema.nullable(),
  contracts_exited: countSchema.nullable(),
  realized_pnl_cents: centsSchema,
  fill: fillSchema.nullable().default(null),
  /** The market's price that was observed: of a bar, the low or high that touched the level. */
  observed_price: priceSchema.nullable(),
  /** The bar that touched the trigger; null for exits by time, expiration, premium or hand. */
  trigger_candle: candleRecordSchema.nullable(),
  /** The id of the API key with which a person named the price; null where it is the market's. */
  price_named_by: z.string().nullable().default(null),
  notes: z.string().nullable(),
  run_id: z.string().nullable(),
  created_at: z.string(),
});
export type PositionExit = z.infer<typeof positionExitSchema>;

/** `2021-01-27.GME.quality.stocks_quality`: a signal opens at most one position in a portfolio. */
export function positionId(signalId: string, portfolioId: string): string {
  return `${signalId}.${portfolioId}`;
}

/** What a portfolio was worth when it was last valued on a New York day. */
export const portfolioValueSchema = z.object({
  portfolio_id: z.string(),
  date: z.string(),
  value_cents: centsSchema,
  /** After the trading costs so far, and without positions that have had no price for too long. */
  net_value_cents: centsSchema,
  /** The S&P 500 at that moment, its own quote; null where it could not be had, or was not kept yet. */
  benchmark_price: priceSchema.nullable().default(null),
  valued_at: z.string(),
});

export type PortfolioValue = z.infer<typeof portfolioValueSchema>;
