import * as z from "zod";
import { signalFilters } from "../../analysis/signals/view.ts";
import { instrumentTypeSchema } from "../instruments/terms.ts";
import { initialPortfolios, portfolioNames } from "./accounts.ts";
import { portfolioSchema, stockPositionSchema } from "./record.ts";

/** The filters of `GET /positions` (spec api 6). */
export const positionFilters = {
  portfolio_id: z.enum(portfolioNames).optional(),
  status: stockPositionSchema.shape.status.optional(),
  ticker: signalFilters.ticker,
  instrument_type: instrumentTypeSchema.optional(),
  signal_type: portfolioSchema.shape.signal_type.optional(),
  needs_review: z.literal("true").optional().describe("Only open positions that a person has to look at."),
};
export type PositionFilters = z.infer<z.ZodObject<typeof positionFilters>>;

/**
 * The same positions by fewer filters: a portfolio implies its types, and two types the portfolio that has both; what needs
 * review is open. "none" where no portfolio fits, or where what is closed is to need review.
 */
export function withoutRedundancy(filters: PositionFilters) {
  const { portfolio_id, ticker, instrument_type, signal_type } = filters;
  if (filters.needs_review && filters.status === "closed") return "none";
  const review = filters.needs_review ? { status: "open" as const, needs_review: true } : {};
  const [fitting, another] = initialPortfolios("").filter(
    (portfolio) =>
      (portfolio_id ?? portfolio.id) === portfolio.id &&
      (instrument_type ?? portfolio.instrument_type) === portfolio.instrument_type &&
      (signal_type ?? portfolio.signal_type) === portfolio.signal_type,
  );
  if (!fitting) return "none";
  const fewest = another ? filters : { portfolio_id: fitting.id, status: filters.status, ticker };
  return { ...fewest, ...review };
}
