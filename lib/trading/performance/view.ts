import * as z from "zod";
import { tradingDayBefore } from "../../calendar/trading-days.ts";
import { dollars } from "../../runtime/money.ts";
import { curveFigures, tradeFigures } from "./figures.ts";

/** A trade of which nothing is open any more. */
export interface ClosedTrade {
  ticker: string;
  /** The instant of its end as far as it is known; the day where only that is. */
  endedAt: string;
  /** New York day of its end. */
  date: string;
  pnlCents: number;
  /** What its fills would have cost beyond the paper prices; net profit is the difference. */
  costCents: number;
}

/** What something was worth at the end of a New York day, before and after trading costs. */
export interface EquityPoint {
  date: string;
  value_cents: number;
  net_value_cents: number;
}

const error = () => z.number().nullable().describe("Standard error of the figure before it.");
const figuresSchema = z
  .object({
    closed_trades: z.number().int(),
    independent_trades: z
      .number()
      .int()
      .describe("Those that share ticker and exit instant count once; intervals and errors rest on this."),
    win_rate: z.number().nullable().describe("Fraction of the trades that gained anything."),
    independent_win_rate: z.number().nullable().describe("The same of the independent ones, by the sum of each."),
    win_rate_low: z.number().nullable().describe("Lower end of the 95 % interval (Wilson) of independent_win_rate."),
    win_rate_high: z.number().nullable(),
    profit_factor: z
      .number()
      .nullable()
      .describe("Gross profit over gross loss; null without a loss and below 20 independent trades."),
    profit_factor_error: error(),
    expectancy: z.number().nullable().describe("Mean profit of a trade in dollars."),
    expectancy_error: error(),
    max_drawdown: z.number().describe("Deepest fall from a peak, as a fraction of it."),
    returns: z.number().int().describe("What sharpe and sortino rest on; below 20 they are null."),
    sharpe: z.number().nullable().describe("Per year of 252 days, against a return of 0."),
    sharpe_error: error(),
    sortino: z.number().nullable().describe("Per year, against a return of 0; null without a loss."),
    sortino_error: error(),
    benchmark_returns: z.number().int().describe("What alpha and beta rest on; below 20 they are null."),
    alpha: z.number().nullable().describe("Per year, a fraction, against the S&P 500."),
    alpha_error: error(),
    beta: z.number().nullable(),
    beta_error: error(),
  })
  .meta({ id: "PerformanceFigures", description: "What each means: GET /methods." });

/** The figures of a portfolio or an author, before and after what its fills would have cost. */
export const performanceViewSchema = z.object({
  gross: figuresSchema,
  net: figuresSchema,
  equity_curve: z.array(
    z
      .object({
        date: z.iso.date(),
        value: z.number(),
        net_value: z.number(),
        benchmark: z
          .number()
          .nullable()
          .describe(
            "The S&P 500: beside a portfolio's value its quote of the same moment, on an author's curve its close of " +
              "the day; null where it is not known.",
          ),
      })
      .meta({ id: "EquityPoint" }),
  ),
});
export type PerformanceView = z.infer<typeof performanceViewSchema>;

/**
 * The figures of closed trades and of a curve of values, oldest first, gross and net. `benchmark` holds the index's
 * values by New York day; alpha and beta are null where it is empty.
 */
export function performanceView({
  trades,
  curve,
  benchmark,
}: {
  trades: readonly ClosedTrade[];
  curve: readonly EquityPoint[];
  benchmark: ReadonlyMap<string, number>;
}): PerformanceView {
  const values = curve.map(({ date, value_cents }) => ({ date, value: value_cents }));
  const netValues = curve.map(({ date, net_value_cents }) => ({ date, value: net_value_cents }));
  return {
    gross: {
      ...tradeFigures(trades),
      ...curveFigures(values, benchmark),
    },
    net: {
      ...tradeFigures(trades.map((trade) => ({ ...trade, pnlCents: trade.pnlCents - trade.costCents }))),
      ...curveFigures(netValues, benchmark),
    },
    equity_curve: curve.map(({ date, value_cents, net_value_cents }) => ({
      date,
      value: dollars(value_cents),
      net_value: dollars(net_value_cents),
      benchmark: benchmark.get(date) ?? null,
    })),
  };
}

/**
 * The curve of a starting value and closed trades: it begins on the trading day before the first of them and has a point
 * for each day that closed any. What is open shows when it is closed. Empty without trades.
 */
export function equityCurve(startCents: number, trades: readonly ClosedTrade[]): EquityPoint[] {
  const days = [...Map.groupBy(trades, ({ date }) => date)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const points: EquityPoint[] = [];
  let [value, net] = [startCents, startCents];
  for (const [date, ofDay] of days) {
    if (points.length === 0) points.push(startingPoint(startCents, tradingDayBefore(date)));
    for (const { pnlCents, costCents } of ofDay) {
      value += pnlCents;
      net += pnlCents - costCents;
    }
    points.push({ date, value_cents: value, net_value_cents: net });
  }
  return points;
}

/** What was there before any trade: gross and net are the same. */
export function startingPoint(cents: number, date: string): EquityPoint {
  return { date, value_cents: cents, net_value_cents: cents };
}
