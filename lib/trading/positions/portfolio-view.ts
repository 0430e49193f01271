import * as z from "zod";
import { dollars, round } from "../../runtime/money.ts";
import { unrealizedReturnPct } from "../instruments/returns.ts";
import { netValueCents, openCostCents, positionValueCents, realizedReturnPct } from "./bookkeeping.ts";
import { type Portfolio, type Position, portfolioSchema } from "./record.ts";

/** What an account is worth, in dollars; `total_pnl_pct` is percent of the starting capital, four decimals. */
const worthSchema = z.object({ current_value: z.number(), total_pnl: z.number(), total_pnl_pct: z.number() });

/** One entry of `GET /portfolios` (spec api 5). */
export const portfolioViewSchema = z
  .object({
    ...portfolioSchema.pick({ id: true, name: true, instrument_type: true, signal_type: true }).shape,
    starting_capital: z.number(),
    ...worthSchema.shape,
    cash_available: z.number(),
    open_position_count: z.number().int(),
    needs_review_count: z.number().int().describe("Those of the open positions that a person has to look at."),
    created_at: z.string(),
    last_valued_at: z.string().nullable(),
    /** Beyond the contract: the same worth after what all fills so far would have cost beyond their paper prices. */
    net: worthSchema.extend({
      trading_costs: z.number(),
      unpriced_value: z
        .number()
        .describe(
          "What of the gross `current_value` counts 0 here: positions, at their last prices, that have had no price for five trading days or longer.",
        ),
    }),
  })
  .meta({ id: "Portfolio", description: "Before trading costs but under `net`. See GET /methods." });
export type PortfolioView = z.infer<typeof portfolioViewSchema>;

/** The open positions in one ticker, at their last prices. */
const allocationSchema = z
  .object({
    ticker: z.string(),
    position_count: z.number().int(),
    total_value: z.number(),
    /** Fraction of the portfolio's value, six decimals. */
    weight: z.number(),
    /** Percent of what was paid for what is left, two decimals. */
    unrealized_return_pct: z.number(),
  })
  .meta({ id: "Allocation" });
export type Allocation = z.infer<typeof allocationSchema>;

/** `GET /portfolios/{id}`. */
export const portfolioDetailSchema = portfolioViewSchema
  .extend({
    allocation_breakdown: z.array(allocationSchema),
    /** Ids of the open positions, in the order of their opening. */
    positions: z.array(z.string()),
  })
  .meta({ id: "PortfolioDetail", description: "Before trading costs but under `net`. See GET /methods." });

/** A portfolio as it is shown: money in dollars. */
export function toPortfolioView(portfolio: Portfolio): PortfolioView {
  const { starting_capital_cents, current_value_cents, trading_costs_cents } = portfolio;
  return {
    ...portfolio,
    starting_capital: dollars(starting_capital_cents),
    ...worth(starting_capital_cents, current_value_cents),
    cash_available: dollars(portfolio.cash_available_cents),
    open_position_count: portfolio.open_position_ids.length,
    needs_review_count: portfolio.review_position_ids.length,
    net: {
      ...worth(starting_capital_cents, netValueCents(portfolio)),
      trading_costs: dollars(trading_costs_cents),
      unpriced_value: dollars(portfolio.unpriced_value_cents),
    },
  };
}

/** A portfolio with what is invested in which ticker; `open` are its open positions. */
export function toPortfolioDetail(
  portfolio: Portfolio,
  open: readonly Position[],
): z.infer<typeof portfolioDetailSchema> {
  return {
    ...toPortfolioView(portfolio),
    allocation_breakdown: allocationBreakdown(portfolio, open),
    positions: portfolio.open_position_ids,
  };
}

function allocationBreakdown(portfolio: Portfolio, open: readonly Position[]): Allocation[] {
  const groups = Map.groupBy(open, ({ ticker }) => ticker);
  return [...groups]
    .map(([ticker, positions]) => allocation(portfolio, ticker, positions))
    .toSorted((a, b) => b.total_value - a.total_value || (a.ticker < b.ticker ? -1 : 1));
}

function allocation(portfolio: Portfolio, ticker: string, positions: readonly Position[]): Allocation {
  const value = positions.reduce((sum, position) => sum + positionValueCents(position), 0);
  const cost = positions.reduce((sum, position) => sum + openCostCents(position), 0);
  return {
    ticker,
    position_count: positions.length,
    total_value: dollars(value),
    weight: value === 0 ? 0 : round(value / portfolio.current_value_cents, 6),
    unrealized_return_pct: cost === 0 ? 0 : unrealizedReturnPct(cost, value),
  };
}

function worth(startCents: number, valueCents: number): z.infer<typeof worthSchema> {
  return {
    current_value: dollars(valueCents),
    total_pnl: dollars(valueCents - startCents),
    total_pnl_pct: realizedReturnPct(valueCents - startCents, startCents),
  };
}
