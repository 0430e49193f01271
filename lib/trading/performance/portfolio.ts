import * as z from "zod";
import { tradingDayBefore } from "../../calendar/trading-days.ts";
import { readMarketTime } from "../../realm/market-time.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import type { Days } from "../../store/ranges.ts";
import { benchmarkTicker } from "../market/benchmark.ts";
import { priceBars } from "../market/stored-bars.ts";
import { readClosedPositions } from "../positions/closed.ts";
import { type Portfolio, type Position, portfolioValueSchema } from "../positions/record.ts";
import { readPortfolio } from "../positions/stored.ts";
import type { TradingServices } from "../services.ts";
import { type EquityPoint, performanceView, performanceViewSchema, startingPoint } from "./view.ts";

type PerformanceServices = Pick<TradingServices, "store" | "config" | "clock" | "dailyPrices" | "log">;

/** `GET /portfolios/{id}/performance`. */
export const portfolioPerformanceSchema = performanceViewSchema
  .extend({
    portfolio_id: z.string(),
    from: z.iso.date(),
    to: z.iso.date(),
    benchmark_available: z.boolean().describe("Whether the S&P 500 has closes on days of the curve."),
  })
  .meta({ id: "PortfolioPerformance" });

/**
 * What a portfolio's last `days` days up to the market's today say, gross and net: the trades that ended on them and
 * its value day by day, beside the S&P 500's closes where they can be had. Throws `NOT_FOUND`.
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
  const [positions, curve] = await Promise.all([
    readClosedPositions(services, id, range),
    valueCurve(services, portfolio, range),
  ]);
  const benchmark = await benchmarkCloses(services, curve, marketTime);
  const view = performanceView({ trades: positions.map(toTrade), curve, benchmark });
  return { portfolio_id: id, ...range, benchmark_available: benchmark.size > 0, ...view };
}

/**
 * What the portfolio was worth on each of these days it was valued on. Before the very first of its values stands its
 * starting capital, on the day it was created or, where that is no earlier, on the trading day before.
 */
async function valueCurve({ store }: PerformanceServices, portfolio: Portfolio, range: Days): Promise<EquityPoint[]> {
  const { pk } = store.keys.portfolioValue(portfolio.id, "");
  const [values, earliest] = await Promise.all([
    store.queryAll({ pk, ...range }, portfolioValueSchema),
    store.query({ pk, limit: 1 }, portfolioValueSchema),
  ]);
  const curve = values.map(({ date, value_cents, net_value_cents }) => ({ date, value_cents, net_value_cents }));
  const [first] = curve;
  if (!first || first.date !== earliest.items[0]?.date) return curve;
  const created = newYorkDay(new Date(portfolio.created_at));
  const begun = created < first.date ? created : tradingDayBefore(first.date);
  return begun < range.from ? curve : [startingPoint(portfolio.starting_capital_cents, begun), ...curve];
}

/** The S&P 500's closes on the days of a curve and between; none where they cannot be had. */
export async function benchmarkCloses(services: PerformanceServices, curve: readonly EquityPoint[], marketTime: Date) {
  const [from, to] = [curve.at(0)?.date, curve.at(-1)?.date];
  if (from === undefined || to === undefined) return new Map<string, number>();
  const bars = await priceBars(services, { ticker: benchmarkTicker, from, to, marketTime });
  return new Map(bars.flatMap(({ date, close }) => (close === null ? [] : [[date, close] as const])));
}

/** Of a position only the day of its end is stored, so that those of one ticker and day count as one. */
function toTrade({ ticker, exit_date, realized_pnl_cents, trading_costs_cents }: Position) {
  const date = exit_date ?? "";
  return { ticker, endedAt: date, date, pnlCents: realized_pnl_cents, costCents: trading_costs_cents };
}
