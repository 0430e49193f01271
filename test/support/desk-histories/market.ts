import { sessionEnd, sessionStart } from "../../../lib/calendar/trading-days.ts";
import type { Broker, DailyPrices, OptionQuote, Quote } from "../../../lib/providers/market/market.ts";

/** What is quoted of an instrument, in cents, and how many are bid and asked for; null is what the broker does not say. */
export interface Quoted {
  bid: number;
  mark: number;
  ask: number;
  size: number | null;
}

/** By which the prices of an instrument are drawn: its place between the least and the most, and the way to bid and ask. */
export interface Drawn {
  level: number;
  half: number;
  size: number | null;
}

/** Places of a price, from 0 on. */
export const levels = 1_000;
/** A share, three calls and three puts. */
export const instrumentCount = 7;
export const share = "GME";

export function sharesOf(symbol: string): number {
  return symbol === share ? 1 : 100;
}

/**
 * A market behind the broker's port, quoted as a test says: the share moves by a sixth at most, as nobody then takes a move for
 * a split, and its options as far as they like.
 */
export class QuotedMarket {
  private strikes = [80, 100, 120];
  private shareCents = 10_000;
  private readonly days: { date: string; cents: number; split: number }[] = [];
  quotes = new Map<string, Quoted>();

  constructor(date: string, drawn: readonly Drawn[]) {
    this.quote(drawn);
    this.days.push({ date, cents: this.of(share).mark, split: 1 });
  }

  instruments(): string[] {
    const named = (right: string) => this.strikes.map((strike) => contract(right, strike));
    return [share, ...named("C"), ...named("P")];
  }

  of(symbol: string): Quoted {
    return this.quotes.get(symbol) ?? { bid: 0, mark: 0, ask: 0, size: 0 };
  }

  quote(drawn: readonly Drawn[]): void {
    this.quotes = new Map(
      this.instruments().map((symbol, index) => {
        const { level, half, size } = drawn[index] ?? { level: 0, half: 0, size: null };
        const mark =
          symbol === share ? Math.round(this.shareCents * (0.95 + (0.15 * level) / levels)) : 1 + Math.round(level * 2);
        return [symbol, { bid: Math.max(0, mark - half), mark, ask: mark + half, size }];
      }),
    );
  }

  /** The next day, at whose opening `fresh` shares come for `old` ones. Contracts are renamed where the ratio is whole. */
  open(date: string, [fresh, old]: readonly [number, number], drawn: readonly Drawn[]): Map<string, string> {
    const before = this.instruments();
    this.shareCents = Math.round((this.shareCents * old) / fresh);
    if (old === 1) this.strikes = this.strikes.map((strike) => Math.round((strike * 100) / fresh) / 100);
    this.quote(drawn);
    this.days.push({ date, cents: this.of(share).mark, split: fresh / old });
    return new Map(this.instruments().map((symbol, index) => [before[index] ?? symbol, symbol]));
  }

  broker(): Broker {
    const answered = <T>(symbols: readonly string[], answer: (symbol: string, quoted: Quoted) => T): Map<string, T> =>
      new Map(
        symbols.flatMap((symbol): [string, T][] => {
          const quoted = this.quotes.get(symbol);
          return quoted ? [[symbol, answer(symbol, quoted)]] : [];
        }),
      );
    return {
      quotes: async ({ symbols, marketTime: at }) =>
        answered(
          symbols,
          (symbol, quoted): Quote => ({ symbol, ...offered(quoted), last: quoted.mark / 100, at, isHalted: false }),
        ),
      optionQuotes: async ({ contracts, marketTime: at }) =>
        answered(
          contracts,
          (symbol, quoted): OptionQuote => ({
            ...{ symbol, ...offered(quoted), mark: quoted.mark / 100, delta: null, last: null, at },
            ...{ isHalted: false, synthetic: false },
          }),
        ),
      unknownSymbols: async () => new Set(),
      candles: async () => [],
      chain: async ({ symbol }) => ({ symbol, underlyingPrice: null, contracts: [] }),
      marketHours: async ({ day }) => ({
        ...{ day, isTradingDay: true, opensAt: sessionStart(day), closesAt: sessionEnd(day) },
      }),
    };
  }

  dailyPrices(): DailyPrices {
    return {
      dailyBars: async ({ from, to }) =>
        this.days
          .filter(({ date }) => date >= from && date <= to)
          .map(({ date, cents, split }) => {
            const price = cents / 100;
            return { date, open: price, high: price, low: price, close: price, split };
          }),
      isUnknown: async () => false,
    };
  }
}

/** At a bid of 0 nobody buys. */
function offered({ bid, ask, size }: Quoted) {
  return { bid: bid / 100, ask: ask / 100, ...(size !== null && { bidSize: size, askSize: size }) };
}

function contract(right: string, strike: number): string {
  return `GME   260619${right}${String(Math.round(strike * 1_000)).padStart(8, "0")}`;
}
