import type * as z from "zod";
import { sharesSince } from "../../providers/market/splits.ts";
import { readMarketTime } from "../../realm/market-time.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import { splitLevel } from "../instruments/split.ts";
import type { TradingServices } from "../services.ts";
import { splitsOf } from "./bars.ts";
import type { pricesMetaSchema } from "./closes-view.ts";
import { priceBars } from "./stored-bars.ts";

/**
 * A ticker's closes of the last `days` calendar days up to the market's today, oldest first; none where unknown. All are
 * on the scale of the last day: those before a split are divided by its ratio.
 */
export async function listCloses(
  services: Pick<TradingServices, "store" | "config" | "clock" | "dailyPrices" | "log">,
  { ticker, days }: { ticker: string; days: number },
): Promise<{ data: { date: string; close: number }[]; meta: z.infer<typeof pricesMetaSchema> }> {
  const marketTime = await readMarketTime(services);
  const to = newYorkDay(marketTime);
  const bars = await priceBars(services, { ticker, from: addDays(to, 1 - days), to, marketTime });
  const splits = splitsOf(bars);
  const data = bars.flatMap(({ date, close }) =>
    close === null ? [] : [{ date, close: splitLevel(close, sharesSince(date, splits)) }],
  );
  return { data, meta: { ticker, days, split_adjusted_to: to } };
}
