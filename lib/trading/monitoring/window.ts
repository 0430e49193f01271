import type { Candle } from "../../providers/market/market.ts";
import { scaled, sharesSince } from "../../providers/market/splits.ts";
import { newYorkDay } from "../../runtime/dates.ts";
import type { Offered } from "../instruments/terms.ts";
import { badTicks } from "../market/bad-ticks.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { candlesOfWindow, type DayPrices, dayCandle, mergeCandles, type PriceWindow } from "../market/candles.ts";
import type { Position } from "../positions/record.ts";
import { type ObservedMarket, unobserved } from "./check.ts";

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
  /** The broker did not answer: daily bars stand in for its price. */
  isDailyOnly: boolean;
}

/** What a check of a position in the stock observes, at `now` (ISO-8601 UTC). */
export function observedStock(market: StockMarket, position: Position, now: string): ObservedMarket {
  const { splits, price, tradedAt, offered, isDailyOnly } = market;
  const window = { from: position.last_checked_at, to: now };
  const { candles } = windowOnOneScale(market, position.last_price, window);
  return { ...unobserved, splits, candles, price, tradedAt, offered, isDailyOnly };
}

/**
 * The window's candles as they were traded, and the bad ticks among them. Neighbours are compared in today's shares, or a
 * split would look like a bad tick.
 */
export function windowOnOneScale(market: StockMarket, lastPrice: number | null, window: { from: string; to: string }) {
  const { splits } = market;
  const shares = (day: string) => sharesSince(day, splits);
  const fiveMinute = market.fiveMinute.map((each) => scaled(each, 1 / shares(newYorkDay(each.timestamp))));
  const daily = market.daily.map((each) => scaled(each, 1 / shares(each.date)));
  const before = lastPrice && lastPrice / shares(newYorkDay(new Date(window.from)));
  const { candles, ignored } = decidingCandles({ ...market, fiveMinute, daily }, before, window);
  const traded = new Map([...market.daily.map(dayCandle), ...market.fiveMinute].map((each) => [startOf(each), each]));
  const asTraded = (each: Candle): Candle => traded.get(startOf(each)) ?? each;
  return { candles: candles.map(asTraded), ignored: ignored.map(asTraded) };
}

function startOf({ timestamp }: Candle): number {
  return timestamp.getTime();
}

/**
 * The candles that decide on a position in its window, and the bad ticks among them, which do not. What was traded before
 * and after the window tells which they are: `lastPrice` is what the last check saw, null where it saw none.
 */
function decidingCandles(
  { fiveMinute, daily, price }: Pick<StockMarket, "fiveMinute" | "daily" | "price">,
  lastPrice: number | null,
  window: PriceWindow,
): { candles: Candle[]; ignored: Candle[] } {
  const known = mergeCandles(daily.map(dayCandle), fiveMinute);
  const bad = new Set(badTicks(known, lastPrice, price).map(({ timestamp }) => timestamp.getTime()));
  const isBad = ({ timestamp }: Candle) => bad.has(timestamp.getTime());
  const inWindow = candlesOfWindow(fiveMinute, daily, window);
  return { candles: inWindow.filter((candle) => !isBad(candle)), ignored: inWindow.filter(isBad) };
}
