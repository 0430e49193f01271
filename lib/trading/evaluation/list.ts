import { readMarketTime } from "../../realm/market-time.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import { readBenchmark } from "../market/benchmark.ts";
import { readClosedPositions } from "../positions/closed.ts";
import { readPortfolio, readValues } from "../positions/stored.ts";
import type { TradingServices } from "../services.ts";
import { measured } from "./figures.ts";
import { periodDays } from "./periods.ts";
import { type EvaluationPeriod, evaluationPeriodSchema } from "./record.ts";
import type { EvaluationQuery } from "./view.ts";

type StoreServices = Pick<TradingServices, "store">;
type ListServices = Pick<TradingServices, "store" | "config" | "clock" | "dailyPrices" | "log">;

/** All periods of a portfolio, oldest first, read strongly: a year has twelve. */
export async function readPeriods({ store }: StoreServices, portfolioId: string): Promise<EvaluationPeriod[]> {
  const { pk } = store.keys.evaluationPeriod(portfolioId, "");
  return store.queryAll({ pk }, evaluationPeriodSchema);
}

/** All periods of a portfolio, newest first; an active one has the figures of its days up to the market's today. */
export async function listEvaluationPeriods(
  services: ListServices,
  { portfolio_id }: EvaluationQuery,
): Promise<EvaluationPeriod[]> {
  const periods = (await readPeriods(services, portfolio_id)).toReversed();
  const running = periods.filter(({ status }) => status === "active");
  const [from] = running.map(({ period_start }) => period_start).toSorted();
  if (from === undefined) return periods;
  const marketTime = await readMarketTime(services);
  const to = newYorkDay(marketTime);
  const [portfolio, values, positions, benchmark] = await Promise.all([
    readPortfolio(services, portfolio_id),
    readValues(services, portfolio_id, { from: addDays(from, -periodDays), to }),
    readClosedPositions(services, portfolio_id, { from, to }),
    readBenchmark(services, { from, to, marketTime }),
  ]);
  const facts = { portfolio, positions, values };
  return periods.map((period) => (period.status === "active" ? measured(period, facts, to, benchmark) : period));
}
