import { readMarketTime } from "../../realm/market-time.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import type { TradingServices } from "../services.ts";
import { priceBars } from "./stored-bars.ts";

/** A ticker's closes of the last `days` calendar days up to the market's today, oldest first; none where unknown. */
export async function listCloses(
  services: Pick<TradingServices, "store" | "config" | "clock" | "dailyPrices" | "log">,
  { ticker, days }: { ticker: string; days: number },
): Promise<{ date: string; close: number }[]> {
  const marketTime = await readMarketTime(services);
  const to = newYorkDay(marketTime);
  const bars = await priceBars(services, { ticker, from: addDays(to, 1 - days), to, marketTime });
  return bars.flatMap(({ date, close }) => (close === null ? [] : [{ date, close }]));
}
