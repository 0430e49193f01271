import { isTradingDay, sessionEnd, sessionStart } from "../../lib/calendar/trading-days.ts";
import { ownSymbols } from "../../lib/providers/symbols/own-list.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import { round } from "../../lib/runtime/money.ts";
import type { HistoryBar, HistoryCandle, MarketHistory } from "../standins/market/history.ts";
import { type Chance, chance } from "./chance.ts";

/** How a symbol moves. Deviations are of one day's logarithmic return. */
interface Character {
  price: number;
  /** How much of the market's movement it takes part in. */
  beta: number;
  own: number;
  shares: number;
}

/** The market's first day. */
const epoch = "2018-01-02";
const candleMs = 5 * 60_000;
const marketDeviation = 0.0095;
/** Levels are drawn back to where they began, so that prices stay plausible however many years pass. */
const persistence = 0.995;

/** Those whose manners everybody knows; all others draw theirs. */
const characters: Record<string, Character> = {
  "^GSPC": { price: 5_600, beta: 1, own: 0, shares: 40_000_000 },
  SPY: { price: 560, beta: 1, own: 0.0004, shares: 900_000 },
  QQQ: { price: 480, beta: 1.15, own: 0.004, shares: 500_000 },
  GME: { price: 42, beta: 0.8, own: 0.06, shares: 250_000 },
  AMC: { price: 9, beta: 0.9, own: 0.055, shares: 300_000 },
  TSLA: { price: 260, beta: 1.6, own: 0.034, shares: 1_100_000 },
  NVDA: { price: 135, beta: 1.7, own: 0.026, shares: 3_000_000 },
  PLTR: { price: 70, beta: 1.5, own: 0.035, shares: 900_000 },
  AAPL: { price: 210, beta: 1.1, own: 0.012, shares: 700_000 },
  MSFT: { price: 420, beta: 1, own: 0.011, shares: 300_000 },
};

/** Days since the market's first one, shared by all symbols; grows as far as somebody asks. */
const days: string[] = [];
const dayNumbers = new Map<string, number>();

/** A seeded market of the project's own symbols and the S&P 500: the same for the same seed, whenever and in whatever order it is asked. */
export function scenarioMarket(seed = "scenario"): MarketHistory {
  const listed = new Map(ownSymbols().map(({ symbol, etf }) => [symbol, etf]));
  const has = (symbol: string) => listed.has(symbol) || symbol in characters;
  const levels = new Map<string, number[]>();
  const bars = new Map<string, HistoryBar>();

  function characterOf(symbol: string): Character {
    const known = characters[symbol];
    if (known) return known;
    const luck = chance(`${seed} character ${symbol}`);
    const etf = listed.get(symbol) ?? false;
    return {
      price: 6 * 60 ** luck.next(),
      beta: 0.6 + luck.next(),
      own: etf ? 0.004 + 0.008 * luck.next() : 0.012 + 0.033 * luck.next() ** 2,
      shares: luck.whole(20_000, 400_000),
    };
  }

  /** The logarithm of what `name` has gained since the first day; each value follows from those before it only. */
  function level(name: string, number: number, deviation: number): number {
    const walked = levels.get(name) ?? [0];
    levels.set(name, walked);
    while (walked.length <= number) {
      const luck = chance(`${seed} ${name} ${days[walked.length]}`);
      walked.push(persistence * (walked.at(-1) ?? 0) + deviation * normal(luck));
    }
    return walked[number] ?? 0;
  }

  function close(symbol: string, { price, beta, own }: Character, number: number): number {
    const market = level("the market", number, marketDeviation);
    return Math.log(price) + beta * market + (own === 0 ? 0 : level(symbol, number, own));
  }

  /** A walk from the opening to the close that is already settled, cut into candles. */
  function candles(symbol: string, day: string): HistoryCandle[] {
    const number = dayNumber(day);
    if (!has(symbol) || number === undefined || number === 0) return [];
    const character = characterOf(symbol);
    const luck = chance(`${seed} ${symbol} within ${day}`);
    const deviation = Math.hypot(character.beta * marketDeviation, character.own);
    const opensAt = sessionStart(day).getTime();
    const candlesPerDay = (sessionEnd(day).getTime() - opensAt) / candleMs;
    const step = (0.9 * deviation) / Math.sqrt(candlesPerDay);
    const opening = close(symbol, character, number - 1) + 0.4 * deviation * normal(luck);
    const ending = close(symbol, character, number);

    const walk = [0];
    for (let index = 0; index < candlesPerDay; index++) walk.push((walk.at(-1) ?? 0) + step * normal(luck));
    const drift = ending - opening - (walk.at(-1) ?? 0);
    const prices = walk.map((wander, index) => cents(Math.exp(opening + wander + (drift * index) / candlesPerDay)));

    return prices.slice(1).map((last, index) => {
      const first = prices[index] ?? last;
      const reach = () => Math.exp(0.5 * step * Math.abs(normal(luck)));
      return {
        open: first,
        high: Math.max(first, last, cents(Math.max(first, last) * reach())),
        low: Math.min(first, last, cents(Math.min(first, last) / reach())),
        close: last,
        volume: luck.whole(Math.ceil(character.shares / 4), character.shares),
        timestamp: new Date(opensAt + index * candleMs),
      };
    });
  }

  function bar(symbol: string, date: string): HistoryBar[] {
    const key = `${symbol} ${date}`;
    const known = bars.get(key);
    if (known) return [known];
    const parts = candles(symbol, date);
    const [first] = parts;
    const last = parts.at(-1);
    if (first === undefined || last === undefined) return [];
    const made = {
      date,
      open: first.open,
      high: Math.max(...parts.map(({ high }) => high)),
      low: Math.min(...parts.map(({ low }) => low)),
      close: last.close,
      volume: parts.reduce((sum, { volume }) => sum + volume, 0),
    };
    bars.set(key, made);
    return [made];
  }

  return {
    has,
    candles,
    bars(symbol, from, to) {
      const found: HistoryBar[] = [];
      for (let day = from > epoch ? from : epoch; day <= to; day = addDays(day, 1)) {
        if (isTradingDay(day)) found.push(...bar(symbol, day));
      }
      return found;
    },
  };
}

/** Trading days since the market's first; undefined for days without trade or before it. */
function dayNumber(day: string): number | undefined {
  for (let next = addDays(days.at(-1) ?? addDays(epoch, -1), 1); (days.at(-1) ?? "") < day; next = addDays(next, 1)) {
    if (isTradingDay(next)) dayNumbers.set(next, days.push(next) - 1);
    else if (next >= day) break;
  }
  return dayNumbers.get(day);
}

/** Box and Muller 1958. */
function normal(luck: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - luck.next())) * Math.cos(2 * Math.PI * luck.next());
}

/** As exchanges quote: cents, and hundredths of them below a dollar. */
function cents(price: number): number {
  return round(price, price < 1 ? 4 : 2);
}
