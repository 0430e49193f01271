import { isTradingDay, newYorkInstant } from "../../lib/calendar/trading-days.ts";
import type { Split } from "../../lib/providers/market/splits.ts";
import type { HistoryBar, HistoryCandle, MarketHistory } from "../../localstack/standins/market/history.ts";

/** Dollars per share of a New York day's candle: 0 begins at 09:30, 77 at 15:55. */
export type PriceOf = (day: string, candle: number) => number;

const candlesPerDay = 78;

/**
 * A market of a few symbols, each at one price for ever or at that of its function: every candle opens at its own price
 * and closes at the next one's. Options are priced from it, with the least volatility where a price never moves. All prices
 * are as traded on their day.
 */
export function marketOf(
  prices: Record<string, number | PriceOf>,
  splits: Record<string, Split[]> = {},
): MarketHistory {
  const priceOf = (symbol: string): PriceOf | undefined => {
    const price = prices[symbol];
    return typeof price === "number" ? () => price : price;
  };
  function candles(symbol: string, day: string): HistoryCandle[] {
    const price = priceOf(symbol);
    if (!price || !isTradingDay(day)) return [];
    const opening = newYorkInstant(day, "09:30").getTime();
    return Array.from({ length: candlesPerDay }, (_, index) => {
      const [open, close] = [price(day, index), price(day, Math.min(index + 1, candlesPerDay - 1))];
      const timestamp = new Date(opening + index * 300_000);
      return { open, close, high: Math.max(open, close), low: Math.min(open, close), volume: 1_000, timestamp };
    });
  }
  function bars(symbol: string, from: string, to: string): HistoryBar[] {
    const found: HistoryBar[] = [];
    for (let day = from; day <= to; day = nextDay(day)) {
      const ofDay = candles(symbol, day);
      const [first, last] = [ofDay[0], ofDay.at(-1)];
      if (!first || !last) continue;
      const high = Math.max(...ofDay.map((candle) => candle.high));
      const low = Math.min(...ofDay.map((candle) => candle.low));
      found.push({ date: day, open: first.open, high, low, close: last.close, volume: 78_000 });
    }
    return found;
  }
  return { has: (symbol) => symbol in prices, bars, candles, splits: (symbol) => splits[symbol] ?? [] };
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** The same market, in which nobody trades a symbol on the days within [from, to]. */
export function untraded(market: MarketHistory, symbol: string, from: string, to = "9999"): MarketHistory {
  const isUntraded = (name: string, day: string) => name === symbol && day >= from && day <= to;
  return {
    ...market,
    bars: (name, first, last) => market.bars(name, first, last).filter(({ date }) => !isUntraded(name, date)),
    candles: (name, day) => (isUntraded(name, day) ? [] : market.candles(name, day)),
  };
}
