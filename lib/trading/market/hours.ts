import { inRegularSession } from "../../calendar/trading-days.ts";
import { newYorkDay } from "../../runtime/dates.ts";
import type { Log } from "../../runtime/logger.ts";
import type { TradingServices } from "../services.ts";
import { askBroker } from "./quotes.ts";

/**
 * Whether stocks and options are traded at a market time: within the session of a trading day (spec D22), and within
 * the broker's hours of that day, which know what was announced since the calendar was written. Where the broker does
 * not answer, the calendar alone decides.
 */
export async function isMarketOpen(
  services: Pick<TradingServices, "broker">,
  marketTime: Date,
  log: Log,
): Promise<boolean> {
  if (!inRegularSession(marketTime)) return false;
  const day = newYorkDay(marketTime);
  return askBroker(
    services,
    async (broker) => {
      const { opensAt, closesAt } = await broker.marketHours({ day, marketTime });
      return opensAt !== null && closesAt !== null && opensAt <= marketTime && marketTime < closesAt;
    },
    (error) => {
      log.warn("the broker does not say whether the market is open; the calendar decides", { day, error });
      return true;
    },
  );
}
