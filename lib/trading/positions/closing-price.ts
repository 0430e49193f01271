import { lastTradingDay, sessionStart, tradingDayBefore } from "../../calendar/trading-days.ts";
import type { MarketMoment } from "../../realm/moment.ts";
import { askBroker, inTime, type LivePrice } from "../market/quotes.ts";
import { readBars } from "../market/stored-bars.ts";
import type { TradingServices } from "../services.ts";
import { livePrices } from "./live-prices.ts";
import type { Position } from "./record.ts";

export type MarketPrice = Pick<LivePrice, "price" | "offered">;

/** What the market says that a position is worth. */
interface MarketAnswer {
  /** Null where nobody says. */
  price: MarketPrice | null;
  /** Without a price: whether the source of daily prices answered, which knows the closes and the splits. */
  isComplete: boolean;
}

/**
 * The live price of a position; of a share, where the broker has none, the close of the last session (or the price of the
 * one that is on). A bar prices the underlying and not an option (spec D9). Nothing is sold for nothing.
 */
export async function askMarket(
  services: TradingServices,
  position: Position,
  moment: MarketMoment,
): Promise<MarketAnswer> {
  const live = (await livePrices(services, [position], moment.marketTime)).get(position.id);
  if (live && live.price > 0) return { price: live, isComplete: true };
  const bar = await barOfLastSession(services, position, moment);
  return position.instrument_type === "stock" ? bar : { ...bar, price: null };
}

/** A bar from before says nothing about today: what was not traded since then has no price. */
async function barOfLastSession(
  services: TradingServices,
  { ticker }: Position,
  { today, marketTime }: MarketMoment,
): Promise<MarketAnswer> {
  const latest = lastTradingDay(today);
  const day = sessionStart(latest) <= marketTime ? latest : tradingDayBefore(latest);
  const answer = await inTime(readBars(services, { ticker, from: day, to: day, marketTime }));
  const close = answer?.bars.at(-1)?.close;
  return {
    price: close ? { price: close, offered: { bid: null, ask: null } } : null,
    isComplete: answer?.isComplete ?? false,
  };
}

/** Whether the broker fails to answer about a position, or takes too long: that is not to say that there is no price. */
export async function isSilent(
  services: TradingServices,
  position: Position,
  { marketTime }: MarketMoment,
): Promise<boolean> {
  const failed = askBroker(
    services,
    async (broker) => {
      if (position.instrument_type === "stock") await broker.quotes({ symbols: [position.ticker], marketTime });
      else await broker.optionQuotes({ contracts: [position.contract_symbol], marketTime });
      return false;
    },
    () => true,
  );
  return (await inTime(failed)) ?? true;
}
