import { lastTradingDay, sessionEnd, sessionStart, tradingDayBefore } from "../../../lib/calendar/trading-days.ts";
import { barsAsOf, candlesAsOf } from "../../../lib/providers/market/as-of.ts";
import type { Candle } from "../../../lib/providers/market/market.ts";
import { type Split, scaledPrice, sharesSince } from "../../../lib/providers/market/splits.ts";
import { addDays, newYorkDay } from "../../../lib/runtime/dates.ts";
import { realisedVolatility } from "./black-scholes.ts";

/** A trading day; of some only the close is known. */
export interface HistoryBar {
  /** New York day, YYYY-MM-DD. */
  date: string;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number;
  volume: number;
}

export interface HistoryCandle extends Candle {
  volume: number;
}

/** A market with everything that ever happened in it. Only `marketAsOf` may look at it. */
export interface MarketHistory {
  /** By the project's symbols (`BRK.B`, `^GSPC`). */
  has(symbol: string): boolean;
  /** The last day that anything is known of; absent where it goes on for ever. */
  lastDay?: string;
  /** Within [from, to], oldest first. */
  bars(symbol: string, from: string, to: string): HistoryBar[];
  /** The 5-minute candles of a New York day, oldest first, extended hours included where they are known. */
  candles(symbol: string, day: string): HistoryCandle[];
  /** Of one symbol, oldest first; none where absent. All prices are as they were traded on their day. */
  splits?(symbol: string): Split[];
  /** A chain as Schwab sent it on that day, where one was recorded before `marketTime`. */
  recordedChain?(symbol: string, marketTime: Date): RecordedChain | undefined;
}

/** An answer of Schwab, or of TD Ameritrade, in its own format. */
export interface RecordedChain {
  symbol: string;
  [field: string]: unknown;
}

export type WholeBar = HistoryBar & { open: number; high: number; low: number };

export interface LastPrice {
  last: number;
  at: Date;
  /** Of that day so far; of the day before, its close. */
  open: number;
  high: number;
  low: number;
  previousClose: number | null;
  volume: number;
}

export type MarketView = ReturnType<typeof marketAsOf>;

const candleMs = 5 * 60_000;
/** A price older than this is none. */
const longestStaleDays = 30;
/** 31 closes give 30 returns; 60 calendar days hold more than that. */
const closesForVolatility = 31;
const daysForVolatility = 60;

/** Whether a session has begun of which a history that ends can say nothing: what it knows last is no price any more. */
export function endsBefore({ lastDay }: Pick<MarketHistory, "lastDay">, marketTime: Date): boolean {
  if (lastDay === undefined) return false;
  const today = lastTradingDay(newYorkDay(marketTime));
  const latest = sessionStart(today) <= marketTime ? today : tradingDayBefore(today);
  return lastDay < latest;
}

/** The market as it was known at `marketTime`: nothing in it comes from later. */
export function marketAsOf(history: MarketHistory, marketTime: Date) {
  const today = newYorkDay(marketTime);
  const hasEnded = endsBefore(history, marketTime);
  const closesToday = sessionEnd(today);
  const isOver = (day: string) => day < today || (day === today && marketTime >= closesToday);
  const prices = new Map<string, LastPrice | undefined>();
  const volatilities = new Map<string, number | null>();

  function bars(symbol: string, from: string, to: string): WholeBar[] {
    const rows = history.bars(symbol, from, to < today ? to : today).flatMap((bar): WholeBar[] => {
      const { open, high, low, close } = bar;
      if (isOver(bar.date)) return [{ ...bar, open: open ?? close, high: high ?? close, low: low ?? close }];
      // How much was traded is not known before the close either.
      return open === null ? [] : [{ ...bar, open, high: open, low: open, close: open, volume: 0 }];
    });
    return barsAsOf(rows, marketTime);
  }

  function candles(symbol: string, from: Date, to: Date, extended = false): HistoryCandle[] {
    const latest = new Date(Math.min(to.getTime(), marketTime.getTime() - candleMs));
    const found: HistoryCandle[] = [];
    for (let day = newYorkDay(from); day <= newYorkDay(latest); day = addDays(day, 1)) {
      found.push(...history.candles(symbol, day).filter(({ timestamp }) => timestamp >= from && timestamp <= latest));
    }
    return extended ? found : candlesAsOf(found, marketTime);
  }

  function lastPrice(symbol: string): LastPrice | undefined {
    if (!prices.has(symbol)) prices.set(symbol, hasEnded ? undefined : findPrice(symbol));
    return prices.get(symbol);
  }

  /** Those that have come into force: a split counts from its day on. */
  function splits(symbol: string): Split[] {
    return (history.splits?.(symbol) ?? []).filter(({ date }) => date <= today);
  }

  /** New shares for a share of `day`. */
  function shares(symbol: string, day: string): number {
    return sharesSince(day, splits(symbol));
  }

  /** The close of an earlier day in today's shares. */
  function closeOnScale(symbol: string, bar: WholeBar | undefined): number | null {
    return bar ? scaledPrice(bar.close, 1 / shares(symbol, bar.date)) : null;
  }

  function findPrice(symbol: string): LastPrice | undefined {
    const [before, bar] = [undefined, ...bars(symbol, addDays(today, -longestStaleDays), today)].slice(-2);
    if (bar === undefined) return undefined;
    const opensAt = sessionStart(bar.date);
    const traded = candles(symbol, opensAt, sessionEnd(bar.date));
    const facts = { previousClose: closeOnScale(symbol, before) };
    const latest = traded.at(-1);
    const begun = history.candles(symbol, bar.date).find(({ timestamp }) => timestamp >= opensAt);
    if (latest === undefined && begun !== undefined && begun.timestamp <= marketTime) {
      const last = begun.open;
      return { ...facts, last, at: begun.timestamp, open: last, high: last, low: last, volume: 0 };
    }
    if (latest === undefined) {
      const { open, high, low, close: last, volume } = bar;
      return {
        ...facts,
        last,
        at: isOver(bar.date) ? sessionEnd(bar.date) : opensAt,
        open,
        high,
        low,
        volume,
      };
    }
    return {
      ...facts,
      last: latest.close,
      at: new Date(latest.timestamp.getTime() + candleMs),
      open: traded[0]?.open ?? latest.open,
      high: Math.max(...traded.map(({ high }) => high)),
      low: Math.min(...traded.map(({ low }) => low)),
      volume: traded.reduce((sum, { volume }) => sum + volume, 0),
    };
  }

  /** Yearly, from the closes of the last 31 finished days; null where there are too few to tell. */
  function volatility(symbol: string): number | null {
    const known = volatilities.get(symbol);
    if (known !== undefined) return known;
    const finished = bars(symbol, addDays(today, -daysForVolatility), today).filter(({ date }) => isOver(date));
    const closes = finished.slice(-closesForVolatility).map(({ date, close }) => close / shares(symbol, date));
    const value = realisedVolatility(closes);
    volatilities.set(symbol, value);
    return value;
  }

  return {
    marketTime,
    today,
    has: history.has,
    recordedChain: (symbol: string) => history.recordedChain?.(symbol, marketTime),
    bars,
    candles,
    splits,
    shares,
    lastPrice,
    volatility,
  };
}
