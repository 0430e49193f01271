import * as z from "zod";
import { tradingDayBefore } from "../../calendar/trading-days.ts";
import { readMarketTime } from "../../realm/market-time.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import type { BarRange } from "../market/bars.ts";
import { benchmarkTicker, closesOf, totalReturnTicker } from "../market/benchmark.ts";
import { priceBars } from "../market/stored-bars.ts";
import { readClosedPositions } from "../positions/closed.ts";
import { type Portfolio, type Position, portfolioValueSchema } from "../positions/record.ts";
import { readPortfolio, readValues } from "../positions/stored.ts";
import type { TradingServices } from "../services.ts";
import { benchmarkReturns } from "./benchmark-returns.ts";
import type { DailyValue } from "./figures.ts";
import { type EquityPoint, performanceView, performanceViewSchema, startingPoint } from "./view.ts";

type PerformanceServices = Pick<TradingServices, "store" | "config" | "clock" | "dailyPrices" | "log">;

/** `GET /portfolios/{id}/performance`. */
export const portfolioPerformanceSchema = performanceViewSchema
  .extend({
    portfolio_id: z.string(),
    from: z.iso.date(),
    to: z.iso.date(),
    benchmark_available: z
      .boolean()
      .describe("Whether the S&P 500's value of the same moment stands beside any value."),
    benchmark_return_pct: z
      .number()
      .nullable()
      .describe("Of the S&P 500's price, from the first such value to the last."),
    benchmark_total_return_pct: z
      .number()
      .nullable()
      .describe("The same with dividends; null where they are not known."),
  })
  .meta({ id: "PortfolioPerformance", description: "What each figure means: GET /methods." });

/**
 * What a portfolio's last `days` days up to the market's today say, gross and net: the trades that ended on them and
 * its value day by day, beside the S&P 500's of the same moments. Throws `NOT_FOUND`.
 */
export async function portfolioPerformance(
  services: PerformanceServices,
  id: string,
  days: number,
): Promise<z.infer<typeof portfolioPerformanceSchema>> {
  const portfolio = await readPortfolio(services, id);
  const marketTime = await readMarketTime(services);
  const to = newYorkDay(marketTime);
  const range = { from: addDays(to, 1 - days), to };
  const [positions, values, begun] = await Promise.all([
    readClosedPositions(services, id, range),
    readValues(services, id, range),
    firstPoint(services, portfolio),
  ]);
  const curve = begun !== undefined && begun.date >= range.from ? [begun, ...values] : values;
  const pairs = values.flatMap(({ date, benchmark_price }) =>
    benchmark_price === null ? [] : [{ date, value: benchmark_price }],
  );
  const benchmark = new Map(pairs.map(({ date, value }) => [date, value]));
  return {
    portfolio_id: id,
    ...range,
    benchmark_available: pairs.length > 0,
    ...(await readBenchmarkReturns(services, pairs, marketTime)),
    ...performanceView({ trades: positions.map(toTrade), curve, benchmark }),
  };
}

/**
 * What stands before the very first value of a portfolio: its starting capital, on the day it was created or, where that
 * is no earlier, on the trading day before.
 */
async function firstPoint({ store }: PerformanceServices, portfolio: Portfolio): Promise<EquityPoint | undefined> {
  const { pk } = store.keys.portfolioValue(portfolio.id, "");
  const [first] = (await store.query({ pk, limit: 1 }, portfolioValueSchema)).items;
  if (!first) return undefined;
  const created = newYorkDay(new Date(portfolio.created_at));
  const begun = created < first.date ? created : tradingDayBefore(first.date);
  return startingPoint(portfolio.starting_capital_cents, begun);
}

/** Dividends are asked for only where there is something to compare. */
async function readBenchmarkReturns(services: PerformanceServices, pairs: readonly DailyValue[], marketTime: Date) {
  const [first, last] = [pairs.at(0), pairs.at(-1)];
  if (!first || !last || first === last) return benchmarkReturns([], new Map(), new Map());
  const days = { from: first.date, to: last.date, marketTime };
  const [price, total] = await Promise.all([
    readCloses(services, { ticker: benchmarkTicker, ...days }),
    readCloses(services, { ticker: totalReturnTicker, ...days }),
  ]);
  return benchmarkReturns(pairs, price, total);
}

/** The S&P 500's closes on the days of a curve and between; none where they cannot be had. */
export async function benchmarkCloses(services: PerformanceServices, curve: readonly EquityPoint[], marketTime: Date) {
  const [from, to] = [curve.at(0)?.date, curve.at(-1)?.date];
  if (from === undefined || to === undefined) return new Map<string, number>();
  return readCloses(services, { ticker: benchmarkTicker, from, to, marketTime });
}

async function readCloses(services: PerformanceServices, range: BarRange): Promise<Map<string, number>> {
  return closesOf(await priceBars(services, range));
}

/** Of a position only the day of its end is stored, so that those of one ticker and day count as one. */
function toTrade({ ticker, exit_date, realized_pnl_cents, trading_costs_cents }: Position) {
  const date = exit_date ?? "";
  return { ticker, endedAt: date, date, pnlCents: realized_pnl_cents, costCents: trading_costs_cents };
}
