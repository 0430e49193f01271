import type { MarketMoment } from "../../realm/moment.ts";
import { iso, newYorkDay } from "../../runtime/dates.ts";
import { barTime, lastOpening } from "../market/price-age.ts";
import { inTime, type LivePrice } from "../market/quotes.ts";
import { readBars } from "../market/stored-bars.ts";
import type { TradingServices } from "../services.ts";
import { livePrices } from "./live-prices.ts";
import type { Position } from "./record.ts";

/**
 * The live price of a position, null where the market has none, undefined where it does not answer. Of a share, where the
 * broker does not answer, the last session's close, or its opening while it is on. A bar prices the underlying and not an
 * option (spec D9).
 */
export async function askMarket(
  services: TradingServices,
  position: Position,
  moment: MarketMoment,
): Promise<LivePrice | null | undefined> {
  const live = (await livePrices(services, [position], moment.marketTime)).get(position.id);
  // Nothing is sold for nothing.
  if (live !== undefined) return live && live.price > 0 ? live : null;
  return position.instrument_type === "stock" ? lastClose(services, position, moment) : undefined;
}

async function lastClose(
  services: TradingServices,
  position: Position,
  moment: MarketMoment,
): Promise<LivePrice | undefined> {
  const last = (await barsOfLastSession(services, position, moment))?.bars.at(-1);
  if (!last || last.close === null) return undefined;
  const tradedAt = iso(barTime(last.date, moment.marketTime));
  return { price: last.close, offered: { bid: null, ask: null }, tradedAt };
}

/** Whether the source of daily prices answers about a position's ticker, be it that it knows of no trading. */
export async function isHeard(services: TradingServices, position: Position, moment: MarketMoment): Promise<boolean> {
  return (await barsOfLastSession(services, position, moment))?.isComplete ?? false;
}

function barsOfLastSession(services: TradingServices, { ticker }: Position, { today, marketTime }: MarketMoment) {
  const from = newYorkDay(lastOpening(marketTime));
  return inTime(readBars(services, { ticker, from, to: today, marketTime }));
}
