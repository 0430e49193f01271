import * as z from "zod";
import { daysBetween } from "../../runtime/dates.ts";
import { dollars } from "../../runtime/money.ts";
import { type LevelSettings, nearestExitDistance } from "../exits/levels.ts";
import { premiumChangePct, unrealizedReturnPct } from "../instruments/returns.ts";
import { shownPrice } from "../instruments/split.ts";
import { exitNumber, instrumentTypeSchema, optionTypeSchema, priceSchema } from "../instruments/terms.ts";
import { netPnlCents, positionValueCents, unpricedValueCents } from "./bookkeeping.ts";
import { positionInstrument } from "./instrument.ts";
import {
  type BookedSplit,
  bookedSplitSchema,
  type Position,
  type PositionExit,
  portfolioSchema,
  positionExitSchema,
  stockPositionSchema,
} from "./record.ts";

const price = priceSchema.nullable();
const count = z.number().int().nullable();
const text = z.string().nullable();

/** One exit of a position (spec api 6). Prices are dollars per share, profit is dollars, `quantity_pct` a fraction. */
export const exitViewSchema = z
  .object({
    ...positionExitSchema.pick({
      id: true,
      position_id: true,
      exit_date: true,
      exit_price: true,
      exit_reason: true,
      quantity_pct: true,
      shares_exited: true,
      contracts_exited: true,
      notes: true,
      created_at: true,
    }).shape,
    realized_pnl: z.number(),
    price_named: z
      .boolean()
      .describe("A person named the price, because the market had none or the position needed review."),
    /** Beyond the contract: the sale as it would have been; null where it was stored before fills were. */
    net: z
      .object({
        exit_price: priceSchema,
        bid: price,
        ask: price,
        commission: z.number(),
        /** What it is worse by than the paper fill, commission included; negative where it is better. */
        cost: z.number(),
        /** The exit's profit less its own cost; the cost of the opening is the position's. */
        realized_pnl: z.number(),
      })
      .nullable(),
  })
  .meta({ id: "PositionExit", description: "Before trading costs but under `net`. See GET /methods." });
export type ExitView = z.infer<typeof exitViewSchema>;

/** Beyond the contract: a split of what the position holds; `settlement` and `realized_pnl` are dollars. */
const splitViewSchema = bookedSplitSchema
  .omit({ settlement_cents: true, realized_pnl_cents: true, run_id: true })
  .extend({ settlement: z.number(), realized_pnl: z.number() })
  .meta({ id: "PositionSplit" });

/**
 * A position as it is shown (spec api 6). Fields of the other kind of instrument are null. Prices are dollars per share
 * as they are stored, with up to four decimals: an exit inside a bar at the target fills at exactly this.
 */
export const positionViewSchema = z
  .object({
    id: z.string(),
    portfolio_id: z.string(),
    signal_id: z.string(),
    ticker: z.string(),
    instrument_type: instrumentTypeSchema,
    signal_type: portfolioSchema.shape.signal_type,
    direction: z.enum(["long", "call", "put"]),
    status: stockPositionSchema.shape.status,
    needs_review: z
      .boolean()
      .describe(
        "Open, and something happened that cannot be adjusted for certain (a merger, a spin-off, a renamed symbol): no " +
          "rule decides on it and its value stays at the last price, until a person closes it by naming a price.",
      ),
    review_reason: text.describe("What happened, as a sentence; stays when it is closed."),
    review_since: text.describe("The New York day on which it was marked; stays when it is closed."),
    confidence: z.number().describe("The signal's score of 0 to 1, not a probability."),
    position_size: z.number(),
    entry_date: z.string(),
    entry_price: priceSchema,
    shares: count,
    shares_remaining: count,
    stop_loss_price: price,
    take_profit_price: price,
    peak_price: price,
    trailing_stop_active: z.boolean(),
    time_extension: stockPositionSchema.shape.time_extension.nullable(),
    option_type: optionTypeSchema.nullable(),
    contract_symbol: text,
    strike_price: price,
    expiration_date: text,
    /** Beyond the contract: what one contract delivers, a hundred but after some splits; null for stocks. */
    deliverable_shares: z.number().nullable(),
    contracts: count,
    contracts_remaining: count,
    premium_paid: z.number().nullable(),
    peak_premium: price,
    underlying_price_at_entry: price,
    exit_date: text,
    exit_reason: positionExitSchema.shape.exit_reason.nullable(),
    realized_return_pct: z
      .number()
      .nullable()
      .describe("Percent of what was paid, four decimals, before trading costs; null while open."),
    /** The share's, or the option's premium; null before the first observation. */
    current_price: price,
    price_as_of: text.describe(
      "When `current_price` was traded, an option's quoted; of prices whose source does not say, and of those from before that was kept, when it was read.",
    ),
    days_without_price: z
      .number()
      .int()
      .describe(
        "Trading days without any price, by the last run that asked for one; 0 where that had one. From five on the position counts 0 in net values; gross, it stays at its last price.",
      ),
    /** Percent, two decimals; null when closed. */
    unrealized_return_pct: z.number().nullable(),
    /** Fraction of the price, four decimals; null when closed. */
    nearest_exit_distance_pct: z.number().nullable(),
    hold_days: count,
    /** Days to expiration; null for stocks. */
    dte: count,
    /** Fraction, three decimals; null for stocks. */
    premium_change_pct: z.number().nullable(),
    position_exits: z.array(exitViewSchema),
    /** In the order of their days; quantities and prices above are on the scale after the last one. */
    splits: z.array(splitViewSchema),
    /** Beyond the contract: the fills as they would have been with spread, slippage and commission. */
    net: z.object({
      /** The opening's; these three are null where it was stored before fills were. */
      entry_price: price,
      bid: price,
      ask: price,
      /** Of the opening and all exits so far. */
      trading_costs: z.number(),
      /** What all exits so far have brought, less `trading_costs`. */
      realized_pnl: z.number(),
      current_value: z
        .number()
        .describe("What is left, at its last price; 0 once it has had no price for five trading days."),
    }),
  })
  .meta({ id: "Position", description: "Before trading costs but under `net`. See GET /methods." });
export type PositionView = z.infer<typeof positionViewSchema>;

/** What a position is seen from: the market's New York day, and the configuration its levels follow. */
export interface Viewpoint {
  today: string;
  settings: LevelSettings;
}

/** An exit as it is shown: money in dollars. */
export function toExitView(exit: PositionExit): ExitView {
  const { fill } = exit;
  return {
    ...exit,
    realized_pnl: dollars(exit.realized_pnl_cents),
    price_named: exit.price_named_by !== null,
    net: fill && {
      exit_price: fill.net_price,
      bid: fill.bid,
      ask: fill.ask,
      commission: dollars(fill.commission_cents),
      cost: dollars(fill.cost_cents),
      realized_pnl: dollars(exit.realized_pnl_cents - fill.cost_cents),
    },
  };
}

function toSplitView(split: BookedSplit): z.infer<typeof splitViewSchema> {
  return { ...split, settlement: dollars(split.settlement_cents), realized_pnl: dollars(split.realized_pnl_cents) };
}

/**
 * A position with all its exits as they are shown: the exits newest first, money in dollars. What the view does not
 * name, the endpoint leaves out.
 */
export function toPositionView(position: Position, exits: readonly PositionExit[], viewpoint: Viewpoint): PositionView {
  return {
    ...position,
    entry_price: shownPrice(position.entry_price),
    position_size: dollars(position.position_size_cents),
    premium_paid: position.premium_paid_cents === null ? null : dollars(position.premium_paid_cents),
    ...currentFigures(position, viewpoint),
    position_exits: exits.toSorted((a, b) => exitNumber(b.id) - exitNumber(a.id)).map(toExitView),
    splits: position.splits.map(toSplitView),
    net: {
      entry_price: position.entry_fill?.net_price ?? null,
      bid: position.entry_fill?.bid ?? null,
      ask: position.entry_fill?.ask ?? null,
      trading_costs: dollars(position.trading_costs_cents),
      realized_pnl: dollars(netPnlCents(position)),
      current_value: dollars(positionValueCents(position) - unpricedValueCents(position)),
    },
  };
}

/** What a day and a price make of a position; a figure without a price, or of the other kind or state, is null. */
function currentFigures(position: Position, { today, settings }: Viewpoint) {
  const { entry_price, entry_date, last_price } = position;
  const isOpen = position.status === "open";
  const isOption = position.instrument_type === "option";
  // Nothing relates to an entry at 0.
  const isComparable = last_price !== null && entry_price > 0;
  return {
    current_price: last_price && shownPrice(last_price),
    price_as_of: position.last_traded_at ?? position.last_price_at,
    unrealized_return_pct: isOpen && isComparable ? unrealizedReturnPct(entry_price, last_price) : null,
    nearest_exit_distance_pct: isOpen ? nearestExitDistance(positionInstrument(position), last_price, settings) : null,
    hold_days: isOpen ? daysBetween(entry_date, today) : position.hold_days,
    dte: isOption ? daysBetween(today, position.expiration_date) : null,
    premium_change_pct: isOption && isComparable ? premiumChangePct(entry_price, last_price) : null,
  };
}
