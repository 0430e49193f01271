import { lastTradingDay } from "../../calendar/trading-days.ts";
import type { TradingServices } from "../services.ts";
import {
  answeredBars,
  type BarRange,
  inPlaceOf,
  knownAt,
  mayReplace,
  missingDays,
  nextOpening,
  type OpenedSplit,
  type PriceBar,
  priceBarSchema,
  splitsWithin,
} from "./bars.ts";

type StoreServices = Pick<TradingServices, "store">;
type PriceServices = Pick<TradingServices, "store" | "dailyPrices" | "log">;

/**
 * Stores daily bars by ticker and day. The last write of a day wins, but a final bar is never replaced by one that is
 * not. `fetched_at` is the market time at which the prices were known.
 */
export async function saveBars({ store }: StoreServices, bars: readonly PriceBar[]): Promise<void> {
  const placed = bars.map((bar) => ({ ...store.keys.dailyBar(bar.ticker, bar.date), ...bar }));
  const stored = await store.getMany(placed, priceBarSchema);
  const standing = new Map(stored.map((bar) => [`${bar.ticker} ${bar.date}`, bar]));
  const changed = new Map<string, (typeof placed)[number]>();
  for (const next of placed) {
    const day = `${next.ticker} ${next.date}`;
    const bar = { ...next, ...inPlaceOf(standing.get(day), next) };
    if (!mayReplace(standing.get(day), bar)) continue;
    standing.set(day, bar);
    changed.set(day, bar);
  }
  await store.putMany([...changed.values()]);
}

/**
 * The daily bars of a range with a close, oldest first: stored ones, and what is missing from the source of daily
 * prices, in one call, stored for the next time (spec D26). Nothing later than `marketTime` is answered. A source that
 * fails is logged (tier 4), and what is stored is answered; an unknown ticker has no bars. Throws `StoreUnavailable`.
 */
export async function priceBars(services: PriceServices, range: BarRange): Promise<PriceBar[]> {
  return (await readBars(services, range)).bars;
}

/** Like `priceBars`, and whether the source answered for what was missing. */
export async function readBars(
  services: PriceServices,
  range: BarRange,
): Promise<{ bars: PriceBar[]; isComplete: boolean }> {
  const { days, isComplete } = await readDays(services, range);
  return { bars: days.filter(({ close }) => close !== null), isComplete };
}

/** What an option past its expiration is settled by. */
export interface Settlement {
  /** The underlying's, from the last check to the expiration. */
  splits: OpenedSplit[];
  /** The underlying's of the expiration day in dollars, as it was traded. */
  close: number;
}

/**
 * What settles an option that expired on `day`, not looked at since `since` (ISO-8601 UTC); undefined where the source of
 * daily prices does not say yet. No other day's close stands in for that of the expiration day, but where the exchange
 * was closed on it, the one before. Of an underlying that was not traded on it nobody can say what the option was worth.
 */
export async function readSettlement(
  services: PriceServices,
  { ticker, since, day }: { ticker: string; since: string; day: string },
  marketTime: Date,
): Promise<Settlement | undefined> {
  const opening = nextOpening(since);
  const last = lastTradingDay(day);
  const range = { ticker, from: [opening, last].toSorted()[0] ?? last, to: last, marketTime };
  const { days } = await readDays(services, range);
  const splits = splitsWithin(range, days)?.filter(({ date }) => date >= opening);
  const close = days.find(({ date }) => date === last)?.close ?? null;
  return splits && close !== null ? { splits, close } : undefined;
}

/** Like `readBars`, with the days without trading. */
export async function readDays(
  services: PriceServices,
  range: BarRange,
): Promise<{ days: PriceBar[]; isComplete: boolean }> {
  const { ticker, from, to, marketTime } = range;
  if (from > to) return { days: [], isComplete: true };
  const { store } = services;
  const stored = await store.queryAll({ pk: store.keys.dailyBar(ticker, "").pk, from, to }, priceBarSchema);
  const known = knownAt(stored, marketTime);
  const fetched = await fetchBars(services, range, known);
  if (fetched) await saveBars(services, fetched);
  const byDay = new Map([...known, ...(fetched ?? [])].map((bar) => [bar.date, bar]));
  const days = [...byDay.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
  return { days, isComplete: fetched !== undefined };
}

/** Like `readDays`, with what the source says now about all of the days: it may name a split days after it was asked. */
export async function readDaysAnew(services: PriceServices, range: BarRange): ReturnType<typeof readDays> {
  const fetched = await fetchBars(services, range, []);
  if (fetched) await saveBars(services, fetched);
  return readDays(services, range);
}

/** What the source says about the missing days; undefined where it fails. */
async function fetchBars(
  { dailyPrices, log }: PriceServices,
  range: BarRange,
  known: readonly PriceBar[],
): Promise<PriceBar[] | undefined> {
  const { ticker: symbol, to, marketTime } = range;
  const missing = missingDays(range, known);
  const [from] = missing;
  if (from === undefined) return [];
  try {
    const prices = await dailyPrices();
    // To the end of the range, because days that follow tell that the source is not late with a day without prices.
    return answeredBars(range, missing, await prices.dailyBars({ symbol, from, to, marketTime }), known);
  } catch (error) {
    log.info("daily prices could not be had", { ticker: symbol, days: missing.length, problem: String(error) });
    return undefined;
  }
}
