import { sessionStart } from "../../calendar/trading-days.ts";
import { newYorkDay } from "../../runtime/dates.ts";
import type { TradingServices } from "../services.ts";
import { firstCandleDay, isOffScale, tradedPrices } from "./as-traded.ts";
import { nextOpening, type OpenedSplit, type PriceBar, splitsWithin } from "./bars.ts";
import { lastSessionDay } from "./price-age.ts";
import { askBroker, liveShares, logNoPrice } from "./quotes.ts";
import { readDays, readDaysAnew } from "./stored-bars.ts";

type PriceServices = Pick<TradingServices, "broker" | "store" | "dailyPrices" | "log">;

/** What is known of a stock's splits. */
export interface ConfirmedSplits {
  /** Oldest first; undefined where nobody says which there were. */
  splits: OpenedSplit[] | undefined;
  /** The broker's prices tell of a split that the source of daily prices does not name. */
  isContradicted: boolean;
}

/**
 * The splits of a stock whose day's session began after `since` (ISO-8601 UTC) and by `marketTime`. Without such a day
 * nobody is asked. A source that names a split days late says until then that there was none: where `price`, the share's
 * of now in dollars, is far from the closes since, the source is asked again and the broker's candles have to agree.
 */
export async function confirmedSplits(
  services: PriceServices,
  ticker: string,
  since: string,
  price: number | undefined,
  marketTime: Date,
): Promise<ConfirmedSplits> {
  const range = { ticker, from: lastSessionDay(since), to: newYorkDay(marketTime), marketTime };
  const within = { ...range, from: nextOpening(since) };
  if (within.from > range.to) return { splits: [], isContradicted: false };
  const isExplained = (splits: OpenedSplit[] | undefined, days: readonly PriceBar[]) =>
    !splits || price === undefined || !isOffScale(price, days, splits, range.to);
  const { days } = await readDays(services, range);
  const splits = splitsWithin(within, days);
  if (isExplained(splits, days)) return { splits, isContradicted: false };
  const anew = await readDaysAnew(services, range);
  const named = splitsWithin(within, anew.days);
  if (isExplained(named, anew.days)) return { splits: named, isContradicted: false };
  return heldAgainstCandles(services, since, range, anew);
}

/** Like `confirmedSplits`, with the price that the broker quotes. */
export async function quotedSplits(
  services: PriceServices,
  ticker: string,
  since: string,
  marketTime: Date,
): Promise<ConfirmedSplits> {
  if (nextOpening(since) > newYorkDay(marketTime)) return { splits: [], isContradicted: false };
  const shares = await liveShares(services, [ticker], marketTime);
  return confirmedSplits(services, ticker, since, shares.get(ticker)?.price, marketTime);
}

/** A price may move as far as a split would: the broker's candles of the days before tell one from the other. */
async function heldAgainstCandles(
  services: PriceServices,
  since: string,
  { ticker, to, marketTime }: { ticker: string; to: string; marketTime: Date },
  told: Awaited<ReturnType<typeof readDays>>,
): Promise<ConfirmedSplits> {
  const candlesFrom = firstCandleDay(since, to);
  const from = sessionStart(candlesFrom);
  const candles = await askBroker(
    services,
    (broker) => broker.candles({ symbol: ticker, from, to: marketTime, marketTime }),
    (failure) => {
      logNoPrice(services.log, failure, { ticker });
      return undefined;
    },
  );
  if (!candles) return { splits: undefined, isContradicted: false };
  const traded = tradedPrices(
    { ticker, quote: { at: marketTime }, candles, candlesFrom, ...told },
    { from: since, marketTime },
  );
  if (!traded) return { splits: undefined, isContradicted: false };
  const { splits, isContradicted } = traded;
  return { splits: isContradicted ? undefined : splits, isContradicted };
}
