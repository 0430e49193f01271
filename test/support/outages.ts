import { isTradingDay, newYorkInstant, sessionEnd, sessionStart } from "../../lib/calendar/trading-days.ts";
import type { Candle, DailyBar } from "../../lib/providers/market/market.ts";
import { type Split, sharesSince } from "../../lib/providers/market/splits.ts";
import { addDays, iso, newYorkDay } from "../../lib/runtime/dates.ts";
import { firstCandleDay, hasAllCandles, tradedPrices } from "../../lib/trading/market/as-traded.ts";
import {
  answeredBars,
  inPlaceOf,
  knownAt,
  mayReplace,
  missingDays,
  nextOpening,
  type PriceBar,
  splitsWithin,
  toPriceBar,
} from "../../lib/trading/market/bars.ts";
import { dailyBars } from "../../lib/trading/market/candles.ts";
import { checkPosition, type ObservedMarket, unobserved } from "../../lib/trading/monitoring/check.ts";
import { observedStock } from "../../lib/trading/monitoring/window.ts";
import type { Holding } from "../../lib/trading/positions/bookkeeping.ts";
import type { Position, PositionExit } from "../../lib/trading/positions/record.ts";
import { dueSplits } from "../../lib/trading/positions/splits.ts";
import { settings as delivered } from "./trading.ts";

/** Of the price before: what the night and three candles of a day make of it, and new shares for an old one that day. */
export interface MarketDay {
  night: number;
  moves: readonly { high: number; low: number; close: number }[];
  split: number;
}

/** How a source fares in one run: it answers, not at all, only until some days ago, or without some days. */
export type Fault = { kind: "down" } | { kind: "late"; days: number } | { kind: "lossy"; every: number } | null;

export interface Run {
  /** Trading days since the run before. */
  after: number;
  isAfternoon: boolean;
  yahoo: Fault;
  broker: Fault;
}

export interface Market {
  bars: DailyBar[];
  candles: Candle[];
}

/** Candles of a day: at its opening, at noon and before its end. */
const starts = ["09:30", "12:00", "15:50"];
const firstDay = "2026-03-02";
const candleMs = 5 * 60_000;

/** Only prices decide, which the next run still knows: what was quoted at a moment is gone with it. */
export const settings = {
  ...delivered,
  ...{ stock_breakeven_min_days: 10_000, stock_time_stop_base_days: 10_000 },
  ...{ stock_time_stop_extended_days: 10_000, stock_time_stop_max_days: 10_000 },
};

/** The trading days from the first one on. */
export function tradingDays(count: number): string[] {
  const days: string[] = [];
  for (let day = firstDay; days.length < count; day = addDays(day, 1)) if (isTradingDay(day)) days.push(day);
  return days;
}

/** As traded on its day; begins at 100 dollars. */
export function marketOfDays(changes: readonly MarketDay[]): Market {
  const cents = (price: number) => Math.max(0.01, Math.round(price * 100) / 100);
  let price = 100;
  const bars: DailyBar[] = [];
  const candles: Candle[] = [];
  for (const [index, day] of tradingDays(changes.length).entries()) {
    const { night, moves, split } = changes[index] ?? { night: 1, moves: [], split: 1 };
    price = cents((price * night) / split);
    const ofDay = moves.map((move, place): Candle => {
      const open = price;
      price = cents(open * move.close);
      const [high, low] = [cents(Math.max(open, price) * move.high), cents(Math.min(open, price) * move.low)];
      return { open, high, low, close: price, timestamp: newYorkInstant(day, starts[place] ?? "") };
    });
    candles.push(...ofDay);
    bars.push(...dailyBars(ofDay).map((bar) => ({ ...bar, split })));
  }
  return { bars, candles };
}

/** The days that a source names in one run; what a split is of that it does not name, it dates on the next one. */
function named<D extends { date: string; split: number }>(days: readonly D[], fault: Fault): D[] | undefined {
  if (fault?.kind === "down") return undefined;
  const kept = days.filter((_, index) => {
    if (fault?.kind === "late") return index < days.length - fault.days;
    return fault?.kind !== "lossy" || index % fault.every !== 0;
  });
  return kept.map((day, index) => {
    const before = kept[index - 1]?.date ?? "";
    const since = days.filter(({ date }) => index > 0 && date > before && date <= day.date);
    return { ...day, split: index === 0 ? day.split : since.reduce((shares, { split }) => shares * split, 1) };
  });
}

/** As a broker shows it after the splits that came later. */
function adjusted(candle: Candle, splits: readonly Split[]): Candle {
  const shares = sharesSince(newYorkDay(candle.timestamp), splits);
  const { open, high, low, close } = candle;
  return { ...candle, open: open / shares, high: high / shares, low: low / shares, close: close / shares };
}

/** A realm in which runs look at what they hold of one stock. */
export class Desk {
  readonly stored = new Map<string, PriceBar>();
  readonly exits: PositionExit[] = [];
  holdings: Holding[];
  private readonly market: Market;

  constructor(market: Market, holdings: readonly Holding[]) {
    this.market = market;
    this.holdings = [...holdings];
  }

  /** One run, as monitoring makes it of what the sources answer. */
  run(marketTime: Date, yahoo: Fault, broker: Fault): void {
    const open = this.holdings.filter(({ position }) => position.status === "open");
    const stocks = open.filter(({ position }) => position.instrument_type === "stock");
    const [from] = stocks.map(({ position }) => position.last_checked_at).toSorted();
    const observe = from === undefined ? undefined : this.stockSeen(from, marketTime, yahoo, broker);
    this.holdings = this.holdings.map((holding) => {
      const { position } = holding;
      if (position.status === "closed") return holding;
      const observed =
        position.instrument_type === "stock" ? observe?.(position) : this.optionSeen(position, marketTime, yahoo);
      if (!observed) return holding;
      const moment = { runId: "run", now: iso(marketTime), today: newYorkDay(marketTime), settings };
      const checked = checkPosition(holding, observed, moment);
      this.exits.push(...(checked?.records ?? []));
      return checked ?? holding;
    });
  }

  private stockSeen(from: string, marketTime: Date, yahoo: Fault, broker: Fault) {
    const [today, now] = [newYorkDay(marketTime), iso(marketTime)];
    const range = { ticker: "GME", from: newYorkDay(new Date(from)), to: today, marketTime };
    const seen = this.market.candles.filter(({ timestamp }) => timestamp.getTime() + candleMs <= marketTime.getTime());
    const last = seen.at(-1);
    if (last === undefined) return undefined;
    if (broker?.kind === "down") {
      const answer = this.answer(range, yahoo);
      const bars = answer?.map((bar) => toPriceBar("GME", bar, "yahoo", marketTime)) ?? [];
      const splits = splitsWithin({ from: nextOpening(from), to: today, marketTime }, bars);
      const price = bars.at(-1)?.close ?? null;
      if (!splits || price === null) return undefined;
      this.save(bars);
      return (): ObservedMarket => ({ ...unobserved, splits, price, tradedAt: now, isDailyOnly: true });
    }
    const candlesFrom = firstCandleDay(from, today);
    const splits = this.market.bars
      .filter(({ date }) => date <= today)
      .map(({ date, split: ratio }) => ({ date, ratio }));
    const daysOf = seen.filter(({ timestamp }) => newYorkDay(timestamp) >= candlesFrom);
    const kept = new Set(
      named(
        this.market.bars.filter(({ date }) => date >= candlesFrom && date <= today),
        broker,
      )?.map(({ date }) => date),
    );
    const candles = daysOf
      .filter(({ timestamp }) => kept.has(newYorkDay(timestamp)))
      .map((candle) => adjusted(candle, splits));
    const quote = { at: new Date(last.timestamp.getTime() + candleMs) };
    const told = { ticker: "GME", quote, candles, candlesFrom, ...this.readDays(range, yahoo) };
    const traded = tradedPrices(told, { from, marketTime });
    if (!traded || traded.isContradicted || !hasAllCandles(told, { from, marketTime })) return undefined;
    const { untraded, ...prices } = traded;
    this.save([
      ...untraded,
      ...dailyBars(prices.fiveMinute).map((bar) => toPriceBar("GME", bar, "broker", marketTime)),
    ]);
    const market = {
      ...prices,
      price: last.close,
      tradedAt: iso(quote.at),
      offered: unobserved.offered,
      isDailyOnly: false,
    };
    return (position: Position): ObservedMarket => observedStock(market, position, now);
  }

  /** Without a premium, of which nothing is known; past its expiration it is settled. */
  private optionSeen(position: Position, marketTime: Date, yahoo: Fault): ObservedMarket | undefined {
    const [today, from] = [newYorkDay(marketTime), nextOpening(position.last_checked_at)];
    const expiration = position.expiration_date ?? "";
    const [to = today] = [expiration, today].toSorted();
    const range = { ticker: "GME", from: [from, to].toSorted()[0] ?? to, to, marketTime };
    const { days } = this.readDays(range, yahoo);
    const splits = splitsWithin(range, days)?.filter(({ date }) => date >= from);
    if (!splits) return undefined;
    if (expiration >= today) return dueSplits(position, splits).length > 0 ? { ...unobserved, splits } : undefined;
    const close = days.find(({ date }) => date === expiration)?.close ?? null;
    return close === null ? undefined : { ...unobserved, splits, expirationClose: close };
  }

  private answer(range: { from: string; to: string; marketTime: Date }, fault: Fault): DailyBar[] | undefined {
    const { from, to, marketTime } = range;
    const known = this.market.bars
      .filter(({ date }) => date >= from && date <= to && sessionStart(date) <= marketTime)
      .map((bar) =>
        sessionEnd(bar.date) <= marketTime ? bar : { ...bar, high: bar.open, low: bar.open, close: bar.open },
      );
    return named(known, fault);
  }

  /** As stored bars are read: those that are missing from the source, and kept. */
  private readDays(range: { ticker: string; from: string; to: string; marketTime: Date }, fault: Fault) {
    const within = [...this.stored.values()].filter(({ date }) => date >= range.from && date <= range.to);
    const known = knownAt(within, range.marketTime);
    const missing = missingDays(range, known);
    const [first] = missing;
    const answer = first === undefined ? [] : this.answer({ ...range, from: first }, fault);
    const fetched = answer && answeredBars(range, missing, answer, known);
    this.save(fetched ?? []);
    const byDay = new Map([...known, ...(fetched ?? [])].map((bar) => [bar.date, bar]));
    const days = [...byDay.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
    return { days, isComplete: fetched !== undefined };
  }

  private save(bars: readonly PriceBar[]): void {
    for (const next of bars) {
      const standing = this.stored.get(next.date);
      const bar = inPlaceOf(standing, next);
      if (mayReplace(standing, bar)) this.stored.set(next.date, bar);
    }
  }
}
