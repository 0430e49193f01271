import * as z from "zod";
import { daysBetween, newYorkDay } from "../../runtime/dates.ts";
import { dollars, round } from "../../runtime/money.ts";
import type { PositionView } from "../../trading/positions/view.ts";
import { originSchema } from "../orders/record.ts";
import { type DeskPosition, deskPositionSchema, greeksSchema, positionLegSchema } from "./record.ts";
import { averageCost, marketValueCents, unrealizedCents } from "./value.ts";

/** A position of either book (spec orders 5.2). */
export const bookPositionSchema = z
  .object({
    position_id: z.string(),
    symbol: z.string(),
    underlying: z.string(),
    quantity: z.number().int().describe("Negative where it is owed."),
    avg_cost: z.number().describe("Dollars per share, opening commissions included."),
    current_price: z.number().nullable(),
    price_as_of: z.string().nullable(),
    market_value: z.number(),
    unrealized_pnl: z.number(),
    unrealized_pnl_pct: z.number().describe("A fraction of what it cost; 0 where that is 0."),
    realized_pnl: z.number().describe("From closed parts of it, after their commissions."),
    source: originSchema,
    bot_managed: z.boolean(),
    book: z.enum(["desk", "paper"]),
    portfolio_id: z.string().nullable(),
    strategy_type: z.string().nullable(),
    legs: z.array(positionLegSchema),
    opened_at: z.string(),
    last_updated: z.string().nullable(),
    closed_at: z.string().nullable(),
    days_held: z.number().int(),
    greeks: greeksSchema.nullable(),
    splits: deskPositionSchema.shape.splits.unwrap(),
    review_reason: z.string().nullable().describe("Why nothing is decided on it, until a person has looked."),
    management_history: deskPositionSchema.shape.management_history.unwrap(),
    notes: z.string().nullable(),
  })
  .meta({ id: "BookPosition" });
export type BookPosition = z.infer<typeof bookPositionSchema>;

/** A position of the desk as it is shown on a New York day. */
export function deskPositionView(position: DeskPosition, today: string): BookPosition {
  const { cost_cents, realized_cents, current_price, opened_at, closed_at } = position;
  const unrealized = unrealizedCents(position);
  const avg_cost = averageCost(position);
  const until = closed_at === null ? today : newYorkDay(new Date(closed_at));
  return bookPositionSchema.parse({
    ...position,
    avg_cost,
    current_price: current_price ?? avg_cost,
    market_value: dollars(marketValueCents(position)),
    unrealized_pnl: dollars(unrealized),
    unrealized_pnl_pct: shareOf(unrealized, cost_cents),
    realized_pnl: dollars(realized_cents),
    ...{ book: "desk", portfolio_id: null },
    days_held: daysBetween(newYorkDay(new Date(opened_at)), until),
  });
}

/** A position that an analysis opened in one of the four portfolios, in the same words. */
export function paperPositionView(position: PositionView): BookPosition {
  const isOption = position.instrument_type === "option";
  const symbol = position.contract_symbol ?? position.ticker;
  const quantity = (isOption ? position.contracts_remaining : position.shares_remaining) ?? 0;
  const shares = isOption ? 100 : 1;
  const price = position.current_price ?? position.entry_price;
  const cost = round(position.entry_price * quantity * shares * 100, 0);
  const value = round(price * quantity * shares * 100, 0);
  return {
    position_id: position.id,
    ...{ symbol, underlying: position.ticker, quantity, avg_cost: position.entry_price },
    ...{ current_price: position.current_price, price_as_of: position.price_as_of },
    market_value: dollars(value),
    unrealized_pnl: dollars(value - cost),
    unrealized_pnl_pct: shareOf(value - cost, cost),
    realized_pnl: position.net.realized_pnl,
    ...{ source: "autonomous", bot_managed: true, book: "paper", portfolio_id: position.portfolio_id },
    strategy_type: null,
    legs: [{ symbol, quantity: 1 }],
    ...{ opened_at: position.entry_date, last_updated: position.price_as_of, closed_at: position.exit_date },
    days_held: position.hold_days ?? 0,
    ...{ greeks: null, splits: [], review_reason: position.review_reason, management_history: [], notes: null },
  };
}

function shareOf(cents: number, cost: number): number {
  return cost === 0 ? 0 : round(cents / Math.abs(cost), 6);
}
