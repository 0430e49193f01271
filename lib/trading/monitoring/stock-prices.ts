import { isTradingDay, lastTradingDay, sessionStart } from "../../calendar/trading-days.ts";
import type { Broker, Candle } from "../../providers/market/market.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import type { Offered } from "../instruments/terms.ts";
import { closeOn, type PriceBar, toPriceBar } from "../market/bars.ts";
import { type DayPrices, dailyBars, gapDays } from "../market/candles.ts";
import { askBroker, logNoPrice } from "../market/quotes.ts";
import { priceBars } from "../market/stored-bars.ts";
import type { Monitoring } from "./pass.ts";

/** What one check knows of a stock, for all positions in it. */
export interface StockMarket {
  /** Dollars per share; the last trade, however long ago. */
  price: number;
  offered: Offered;
  fiveMinute: Candle[];
  /** Of days without five-minute candles. */
  daily: DayPrices[];
  /** The broker did not answer: daily bars stand in for it, which neither know the day so far nor order events in it. */
  isDailyOnly: boolean;
}

/** A stock's market, null where no source knows it, and what there is to keep of it. */
export interface StockAnswer {
  ticker: string;
  market: StockMarket | null;
  /** What the price history is told. */
  bars: PriceBar[];
  /** How often the broker was asked in vain; null where it answered. */
  failedAttempts: number | null;
}

/** The broker's five-minute candles go back this many trading days (spec pipeline 9.1). */
const candleDays = 10;
/** Of the broker's client: the first call and its retries (spec pipeline 1.5). */
const attempts = 4;

/**
 * The prices of a stock since `from` (ISO-8601 UTC), the earliest last check of its positions: the broker's quote and
 * candles, with daily bars for days that have no candles; where the broker fails, daily bars alone (spec D13).
 */
export async function readStockMarket(monitoring: Monitoring, ticker: string, from: string): Promise<StockAnswer> {
  const { services, log } = monitoring.context;
  return askBroker(
    services,
    async (broker): Promise<StockAnswer> => {
      const market = await brokerMarket(monitoring, broker, ticker, from);
      if (market) return { ticker, market, bars: barsOf(monitoring, ticker, market), failedAttempts: null };
      log.warn("the broker knows no price", { ticker });
      return askDailyPrices(monitoring, ticker, from, 1);
    },
    (failure) => {
      logNoPrice(log, failure, { ticker });
      return askDailyPrices(monitoring, ticker, from, failure.retryable ? attempts : 1);
    },
  );
}

async function brokerMarket(
  monitoring: Monitoring,
  broker: Broker,
  ticker: string,
  from: string,
): Promise<StockMarket | null> {
  const { marketTime } = monitoring.context;
  const quote = (await broker.quotes({ symbols: [ticker], marketTime })).get(ticker);
  if (!quote) return null;
  // Whole days, so that the price history gets whole bars.
  const start = sessionStart(firstCandleDay(from, monitoring.today));
  const window = { symbol: ticker, from: start, to: marketTime, marketTime };
  // Before the day's opening there is nothing to ask for, and the broker refuses a window that ends before it begins.
  const fiveMinute = start < marketTime ? await broker.candles(window) : [];
  const daily = await barsOfGaps(monitoring, ticker, from, fiveMinute);
  const { last: price, bid, ask } = quote;
  return { price, offered: { bid, ask }, fiveMinute, daily, isDailyOnly: false };
}

/** The day of the last check, or the earliest one that the broker still has candles of. */
function firstCandleDay(from: string, today: string): string {
  const lastDay = newYorkDay(new Date(from));
  let day = today;
  for (let left = candleDays; left > 0 && day > lastDay; ) {
    day = addDays(day, -1);
    if (isTradingDay(day)) left--;
  }
  return day;
}

/** Daily bars of the days wholly missed of which the broker has no candles. */
async function barsOfGaps({ context, now }: Monitoring, ticker: string, from: string, candles: readonly Candle[]) {
  const covered = new Set(dailyBars(candles).map(({ date }) => date));
  const gaps = gapDays({ from, to: now }).filter((day) => !covered.has(day));
  const [first, last] = [gaps[0], gaps.at(-1)];
  if (first === undefined || last === undefined) return [];
  const range = { ticker, from: first, to: last, marketTime: context.marketTime };
  const bars = await priceBars(context.services, range);
  return bars.flatMap(({ date, open, high, low, close }): DayPrices[] =>
    open === null || high === null || low === null || close === null ? [] : [{ date, open, high, low, close }],
  );
}

function barsOf({ context }: Monitoring, ticker: string, { fiveMinute }: StockMarket): PriceBar[] {
  return dailyBars(fiveMinute).map((bar) => toPriceBar(ticker, bar, "broker", context.marketTime));
}

/** Not the stored bars: today's may be hours old, and would pass for the current price. */
async function askDailyPrices(
  { context, today }: Monitoring,
  ticker: string,
  from: string,
  failedAttempts: number,
): Promise<StockAnswer> {
  const { services, marketTime, log } = context;
  const none = { ticker, market: null, bars: [], failedAttempts };
  try {
    const source = await services.dailyPrices();
    const request = { symbol: ticker, from: newYorkDay(new Date(from)), to: today, marketTime };
    const daily = await source.dailyBars(request);
    const latest = daily.at(-1);
    if (!latest) {
      log.info("there are no daily prices either", { ticker });
      return none;
    }
    const market = { price: latest.close, offered: { bid: null, ask: null }, fiveMinute: [], daily, isDailyOnly: true };
    const bars = daily.map((bar) => toPriceBar(ticker, bar, "yahoo", marketTime));
    return { ticker, market, bars, failedAttempts };
  } catch (error) {
    if (!isAppError(error) || error.name !== "PricesUnavailable") throw error;
    log.info("daily prices could not be had either", { ticker, problem: error.message });
    return none;
  }
}

/**
 * A stock's close on a day that is over, in dollars; null where no source knows it. A contract that expires on a day
 * without trading, as those of old did on Saturdays, is worth what the last close before that day made of it.
 */
export async function closeOfDay({ context }: Monitoring, ticker: string, day: string): Promise<number | null> {
  const { services, marketTime } = context;
  const traded = lastTradingDay(day);
  return closeOn(await priceBars(services, { ticker, from: traded, to: traded, marketTime }), traded);
}
