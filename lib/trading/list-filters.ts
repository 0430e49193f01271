import * as z from "zod";
import { signalFilters } from "../analysis/signal-views.ts";
import type { IndexName } from "../store/keys.ts";
import type { List } from "../store/lists.ts";
import { initialPortfolios, portfolioNames } from "./portfolios.ts";
import { predictionViewSchema } from "./prediction-views.ts";
import { instrumentTypeSchema, portfolioSchema, stockPositionSchema } from "./records.ts";

/** The filters of `GET /positions` (spec api 6). */
export const positionFilters = {
  portfolio_id: z.enum(portfolioNames).optional(),
  status: stockPositionSchema.shape.status.optional(),
  ticker: signalFilters.ticker,
  instrument_type: instrumentTypeSchema.optional(),
  signal_type: portfolioSchema.shape.signal_type.optional(),
};
export type PositionFilters = z.infer<z.ZodObject<typeof positionFilters>>;

const visible = z.string().regex(/^[\x21-\x7e]{1,200}$/, "must be 1–200 visible characters");

/** The filters of `GET /predictions` (spec api 7). */
export const predictionFilters = {
  // Archives have names in any script.
  author: z
    .string()
    .regex(/^\S{1,50}$/, "must be 1–50 visible characters")
    .optional(),
  ticker: signalFilters.ticker,
  status: predictionViewSchema.shape.status.optional(),
  analysis_run_id: visible.optional(),
};
export type PredictionFilters = z.infer<z.ZodObject<typeof predictionFilters>>;

/** Filters as a list is read by them: by attribute. */
export type Filters = Readonly<Record<string, string | undefined>>;

/**
 * The same positions by fewer filters: a portfolio implies its types, and two types the portfolio that has both. "none"
 * where no portfolio fits.
 */
export function withoutRedundancy(filters: PositionFilters): Filters | "none" {
  const { portfolio_id, status, ticker, instrument_type, signal_type } = filters;
  const [fitting, another] = initialPortfolios("").filter(
    (portfolio) =>
      (portfolio_id ?? portfolio.id) === portfolio.id &&
      (instrument_type ?? portfolio.instrument_type) === portfolio.instrument_type &&
      (signal_type ?? portfolio.signal_type) === portfolio.signal_type,
  );
  if (!fitting) return "none";
  return another ? filters : { portfolio_id: fitting.id, status, ticker };
}

/** What lies in the list's order under one key of an index. */
interface Partition {
  index: IndexName;
  pk: string;
}

/**
 * The list `name` under these filters, newest first. `partitions` holds the filters that have a key of their own, the
 * preferred first; where none of them is asked for, `whole` is read. Without a filter and for a single one a counter
 * has the total.
 */
export function filteredList(
  name: string,
  filters: Filters,
  partitions: readonly (Partition & { filter: string })[],
  whole: Partition,
): List {
  const given = Object.entries(filters).flatMap(([filter, value]) =>
    value === undefined ? [] : [[filter, value] as const],
  );
  const own = partitions.find(({ filter }) => filters[filter] !== undefined);
  const others = given.filter(([filter]) => filter !== own?.filter);
  const { index, pk } = own ?? whole;
  return {
    range: { index, pk, descending: true, ...(others.length > 0 && { filter: Object.fromEntries(others) }) },
    ...(given.length < 2 && { counter: [name, ...given.map(([filter, value]) => `${filter}=${value}`)].join("#") }),
  };
}
