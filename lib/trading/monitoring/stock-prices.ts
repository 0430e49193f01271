import { isTradingDay, sessionStart } from "../../calendar/trading-days.ts";
import type { Broker, Candle } from "../../providers/market/market.ts";
import { scaled, sharesSince } from "../../providers/market/splits.ts";
import { addDays, iso, newYorkDay } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import type { Offered } from "../instruments/terms.ts";
import { nextOpening, type OpenedSplit, type PriceBar, splitsOf, splitsWithin, toPriceBar } from "../market/bars.ts";
import { type DayPrices, dailyBars, gapDays } from "../market/candles.ts";
import { barTime, isCurrent } from "../market/price-age.ts";
import { askBroker, logNoPrice, sharePrice } from "../market/quotes.ts";
import { priceBars, readDays } from "../market/stored-bars.ts";
import type { Monitoring } from "./pass.ts";
import { neverTraded, type Unpriced } from "./unpriced.ts";

/** What one check knows of a stock, for all positions in it. */
export interface StockMarket {
  /** Since the earliest last check, oldest first. */
  splits: OpenedSplit[];
  /** Dollars per share; null where the market has none now. */
  price: number | null;
  /** When that was traded, ISO-8601 UTC. */
  tradedAt: string | null;
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
  /** What the broker says of a stock that has no price now; null where it has one, or the broker did not answer. */
  unpriced: Unpriced | null;
  /** Whether a source said which splits there were since the last check; where none did, nothing can be decided. */
  isScaleKnown: boolean;
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
  const { marketTime } = monitoring.context;
  const quote = (await broker.quotes({ symbols: [ticker], marketTime })).get(ticker);
  if (!quote) return null;
  // Whole days, so that the price history gets whole bars.
  const start = sessionStart(firstCandleDay(from, monitoring.today));
  const window = { symbol: ticker, from: start, to: marketTime, marketTime };
  // Before the day's opening there is nothing to ask for, and the broker refuses a window that ends before it begins.
  const adjusted = start < marketTime ? await broker.candles(window) : [];
  const traded = await candlesAsTraded(monitoring, ticker, from, adjusted);
  const live = sharePrice(quote, marketTime);
  const unpriced = live ? null : quote;
  if (!traded) return { ticker, market: null, bars: [], failedAttempts: null, unpriced, isScaleKnown: false };
  const { splits, candles: fiveMinute } = traded;
  const daily = await barsOfGaps(monitoring, ticker, from, fiveMinute);
  const { price = null, tradedAt = null } = live ?? {};
  const offered = { bid: quote.bid, ask: quote.ask };
  const market = { splits, price, tradedAt, offered, fiveMinute, daily, isDailyOnly: false };
  const bars = barsOf(monitoring, ticker, market);
  return { ticker, market, bars, failedAttempts: null, unpriced, isScaleKnown: true };
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

/** The last candle of a day and the day's close differ by less, and most splits are more. */
const sameScale = 1.25;

/**
 * The splits since the last check, and the broker's candles as they were traded. Null where no source says which splits
 * there were, or where the candles tell of another one: the broker adjusts them for a split hours before it counts.
 */
async function candlesAsTraded(
  monitoring: Monitoring,
  ticker: string,
  from: string,
  adjusted: readonly Candle[],
): Promise<{ splits: OpenedSplit[]; candles: Candle[] } | null> {
  const { today, context } = monitoring;
  const { marketTime } = context;
  const lastDay = newYorkDay(new Date(from));
  const { days } = await readDays(context.services, { ticker, from: lastDay, to: today, marketTime });
  const splits = splitsWithin({ from: nextOpening(from), to: today, marketTime }, days);
  if (!splits) return null;
  const candles = adjusted.map((candle) => scaled(candle, sharesSince(newYorkDay(candle.timestamp), splits)));
  const before = dailyBars(candles).findLast(({ date }) => date < today);
  const close = days.find(({ date }) => date === before?.date)?.close ?? null;
  if (before === undefined) return { splits, candles };
  if (close === null) return null;
  return Math.max(before.close / close, close / before.close) < sameScale ? { splits, candles } : null;
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
  const none = { ticker, market: null, bars: [], failedAttempts, unpriced: null, isScaleKnown: true };
  try {
    const source = await services.dailyPrices();
    const request = { symbol: ticker, from: newYorkDay(new Date(from)), to: today, marketTime };
    const daily = await source.dailyBars(request);
    const latest = daily.at(-1);
    if (!latest) {
      log.info("there are no daily prices either", { ticker });
      return none;
    }
    const bars = daily.map((bar) => toPriceBar(ticker, bar, "yahoo", marketTime));
    const offered = { bid: null, ask: null };
    const at = barTime(latest.date, marketTime);
    const isNow = isCurrent({ at, isHalted: false }, marketTime);
    const live = isNow ? { price: latest.close, tradedAt: iso(at) } : { price: null, tradedAt: null };
    const market = { splits: splitsOf(bars), ...live, offered, fiveMinute: [], daily, isDailyOnly: true };
    return { ticker, market, bars, failedAttempts, unpriced: null, isScaleKnown: true };
  } catch (error) {
    if (!isAppError(error) || error.name !== "PricesUnavailable") throw error;
    log.info("daily prices could not be had either", { ticker, problem: error.message });
    return none;
  }
}
