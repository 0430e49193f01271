import { sessionEnd, sessionStart } from "../../calendar/trading-days.ts";
import type { Broker } from "../../providers/market/market.ts";
import { iso, newYorkDay } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import { firstCandleDay, hasAllCandles, tradedPrices } from "../market/as-traded.ts";
import { nextOpening, type OpenedSplit, type PriceBar, splitsWithin, toPriceBar } from "../market/bars.ts";
import { dailyBars } from "../market/candles.ts";
import { barTime, isCurrent, lastOpening, lastSessionDay } from "../market/price-age.ts";
import { askBroker, logNoPrice, sharePrice } from "../market/quotes.ts";
import { readDays, readDaysAnew } from "../market/stored-bars.ts";
import type { Monitoring } from "./pass.ts";
import { neverTraded, type Unpriced } from "./unpriced.ts";
import type { StockMarket } from "./window.ts";

/** A stock's market, null where no source knows it, and what there is to keep of it. */
export interface StockAnswer {
  ticker: string;
  market: StockMarket | null;
  /** What the price history is told. */
  bars: PriceBar[];
  /** How often the broker was asked in vain, also where it has not all candles; null where it answered. */
  failedAttempts: number | null;
  /** What the broker says of a stock that has no price now; null where it has one, or the broker did not answer. */
  unpriced: Unpriced | null;
  /** Whether a source said which splits there were since the last check; where none did, nothing can be decided. */
  isScaleKnown: boolean;
  /** The splits that the source of daily prices names, where the broker's candles tell of others. */
  contradiction?: OpenedSplit[];
}

/** Of the broker's client: the first call and its retries (spec pipeline 1.5). */
const attempts = 4;

/**
 * The prices of a stock since `from` (ISO-8601 UTC), the earliest last check of its positions: the broker's quote and
 * candles, with daily bars for days that have no candles; where the broker fails, the price of a daily bar.
 */
export async function readStockMarket(monitoring: Monitoring, ticker: string, from: string): Promise<StockAnswer> {
  const { services, log } = monitoring.context;
  return askBroker(
    services,
    async (broker): Promise<StockAnswer> => {
      const answer = await askBrokerMarket(monitoring, broker, ticker, from);
      if (answer) return answer;
      log.warn("the broker knows no price", { ticker });
      const daily = await askDailyPrices(monitoring, ticker, from, 1);
      return { ...daily, unpriced: daily.market?.price ? null : neverTraded };
    },
    (failure) => {
      logNoPrice(log, failure, { ticker });
      return askDailyPrices(monitoring, ticker, from, failure.retryable ? attempts : 1);
    },
  );
}

/** Null where the broker does not know the stock. */
async function askBrokerMarket(
  monitoring: Monitoring,
  broker: Broker,
  ticker: string,
  from: string,
): Promise<StockAnswer | null> {
  const { services, marketTime } = monitoring.context;
  const quote = (await broker.quotes({ symbols: [ticker], marketTime })).get(ticker);
  if (!quote) return null;
  // Whole days, so that the price history gets whole bars.
  const start = sessionStart(firstCandleDay(from, monitoring.today));
  const window = { symbol: ticker, from: start, to: marketTime, marketTime };
  // Where no session has been on since, as before the day's opening, nothing was traded that could be asked for.
  const hasTraded = iso(sessionEnd(newYorkDay(lastOpening(marketTime)))) > from;
  const adjusted = hasTraded ? await broker.candles(window) : [];
  const live = sharePrice(quote, marketTime);
  const unpriced = live ? null : quote;
  const range = { ticker, from: lastSessionDay(from), to: monitoring.today, marketTime };
  let told = {
    ticker,
    quote,
    candles: adjusted,
    candlesFrom: newYorkDay(start),
    ...(await readDays(services, range)),
  };
  const undecided = { ticker, market: null, bars: [], failedAttempts: null, unpriced };
  let traded = tradedPrices(told, { from, marketTime });
  if (traded?.isContradicted) {
    told = { ...told, ...(await readDaysAnew(services, range)) };
    traded = tradedPrices(told, { from, marketTime });
  }
  if (!traded) return { ...undecided, isScaleKnown: false };
  const { untraded, isContradicted, ...prices } = traded;
  if (isContradicted) return { ...undecided, isScaleKnown: false, contradiction: prices.splits };
  if (!hasAllCandles(told, { from, marketTime })) return { ...undecided, failedAttempts: 1, isScaleKnown: true };
  const { price = null, tradedAt = null } = live ?? {};
  const offered = { bid: quote.bid, ask: quote.ask };
  const market = { ...prices, price, tradedAt, offered, isDailyOnly: false };
  const bars = [...untraded, ...barsOf(monitoring, ticker, market)];
  return { ticker, market, bars, failedAttempts: null, unpriced, isScaleKnown: true };
}

function barsOf({ context }: Monitoring, ticker: string, { fiveMinute }: StockMarket): PriceBar[] {
  return dailyBars(fiveMinute).map((bar) => toPriceBar(ticker, bar, "broker", context.marketTime));
}

/**
 * Not the stored bars: today's may be hours old, and would pass for the current price. None where the answer leaves out
 * a day since the last check: the source is late, or has lost it, and nobody else tells of a day without trading.
 */
async function askDailyPrices(
  { context, today }: Monitoring,
  ticker: string,
  from: string,
  failedAttempts: number,
): Promise<StockAnswer> {
  const { services, marketTime, log } = context;
  const none = { ticker, market: null, bars: [], failedAttempts, unpriced: null, isScaleKnown: true };
  try {
    const source = await services.dailyPrices();
    const request = { symbol: ticker, from: newYorkDay(new Date(from)), to: today, marketTime };
    const daily = await source.dailyBars(request);
    const bars = daily.map((bar) => toPriceBar(ticker, bar, "yahoo", marketTime));
    const splits = splitsWithin({ from: nextOpening(from), to: today, marketTime }, bars);
    const latest = daily.at(-1);
    if (!latest || !splits) {
      log.info("there are no daily prices of all days either", { ticker, from: request.from, days: daily.length });
      return none;
    }
    const at = barTime(latest.date, marketTime);
    const isNow = isCurrent({ at, isHalted: false }, marketTime);
    const live = isNow ? { price: latest.close, tradedAt: iso(at) } : { price: null, tradedAt: null };
    const market = { splits, ...live, offered: { bid: null, ask: null } };
    return {
      ticker,
      market: { ...market, fiveMinute: [], daily: [], isDailyOnly: true },
      bars,
      failedAttempts,
      unpriced: null,
      isScaleKnown: true,
    };
  } catch (error) {
    if (!isAppError(error) || error.name !== "PricesUnavailable") throw error;
    log.info("daily prices could not be had either", { ticker, problem: error.message });
    return none;
  }
}
