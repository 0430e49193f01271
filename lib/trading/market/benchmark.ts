import { addDays } from "../../runtime/dates.ts";
import type { TradingServices } from "../services.ts";
import { type Benchmark, closeOn, noBenchmark, type PriceBar } from "./bars.ts";
import { readBars } from "./stored-bars.ts";

/** Yahoo's name of the S&P 500. */
export const benchmarkTicker = "^GSPC";
/** The same with dividends. */
export const totalReturnTicker = "^SP500TR";
/** Calendar days after which a close no longer speaks for a day; the exchange has not been shut for longer since 1933. */
const closeLasts = 7;

/**
 * The closes of the S&P 500 for the days of a range (New York). Where the source of daily prices fails, none: a close
 * that happens to be stored from weeks ago would look like a market that stood still (tier 4, logged).
 */
export async function readBenchmark(
  services: Pick<TradingServices, "store" | "dailyPrices" | "log">,
  { from, to, marketTime }: { from: string; to: string; marketTime: Date },
): Promise<Benchmark> {
  const days = { from: addDays(from, -closeLasts), to, marketTime };
  const [price, total] = await Promise.all([
    readBars(services, { ticker: benchmarkTicker, ...days }),
    readBars(services, { ticker: totalReturnTicker, ...days }),
  ]);
  if (!price.isComplete) return noBenchmark;
  return {
    close: (day) => closeOn(price.bars, day, addDays(day, -closeLasts)),
    price: closesOf(price.bars),
    total: total.isComplete ? closesOf(total.bars) : new Map(),
  };
}

/** The closes of bars by their day. */
export function closesOf(bars: readonly PriceBar[]): Map<string, number> {
  return new Map(bars.flatMap(({ date, close }) => (close === null ? [] : [[date, close] as const])));
}
