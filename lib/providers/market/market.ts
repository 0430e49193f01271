/** How many shares or contracts are bid for and asked for at these prices; absent where the source does not say. */
interface Sizes {
  bidSize?: number;
  askSize?: number;
  /** Shares or contracts traded on the day. */
  volume?: number;
}

/** The latest price of a stock, fund or index. No price is ever zero or not a number. */
export interface Quote extends Sizes {
  symbol: string;
  last: number;
  bid: number | null;
  ask: number | null;
  /** When `last` was traded, which may be days ago; where the source does not say, when it was quoted. */
  at: Date;
  /** The exchange has suspended trading in it. */
  isHalted: boolean;
}

/** Prices of five minutes, whatever their source. */
export interface Candle {
  open: number;
  high: number;
  low: number;
  close: number;
  /** Shares; absent where the source does not say. */
  volume?: number;
  /** Its first instant. */
  timestamp: Date;
}

/** One trading day, with prices as they were traded on it: adjusted neither for dividends nor for later splits. */
export interface DailyBar {
  /** New York day, YYYY-MM-DD. */
  date: string;
  open: number;
  high: number;
  low: number;
  close: number;
  /** New shares for one old share from this day's opening on; 1 without a split. */
  split: number;
  /** Whether that may be something else than a split, as a spin-off. */
  isSplitDoubtful?: true;
}

export type OptionType = "call" | "put";

/** What an option is worth now. Null where the broker does not know; a bid of 0 means that nobody buys. */
export interface OptionQuote extends Sizes {
  /** OCC, 21 characters: `GME   210205C00350000`. */
  symbol: string;
  bid: number | null;
  ask: number | null;
  mark: number | null;
  delta: number | null;
  last: number | null;
  /** When it was last quoted or traded; null where the broker does not say. */
  at: Date | null;
  /** The exchange has suspended trading in it; a chain does not say. */
  isHalted: boolean;
  /** Computed by a model and not traded anywhere. */
  synthetic: boolean;
}

export interface OptionContract extends OptionQuote {
  option_type: OptionType;
  strike: number;
  /** YYYY-MM-DD. */
  expiration: string;
  /** Calendar days from the market day to the expiration (spec pipeline 1.4). */
  dte: number;
}

export interface OptionChain {
  symbol: string;
  underlyingPrice: number | null;
  /** By type, expiration and strike; empty where the symbol has no options. */
  contracts: OptionContract[];
}

/** The regular session of one day; no hours on a day without one. */
export interface MarketHours {
  /** New York day, YYYY-MM-DD. */
  day: string;
  isTradingDay: boolean;
  opensAt: Date | null;
  closesAt: Date | null;
}

/**
 * Prices of the moment. Symbols are the project's own (`BRK.B`, `^GSPC`). Nothing later than `marketTime` is answered.
 * Errors: `BrokerUnavailable` (retryable, retries already made), `BrokerRefused`; code `SCHWAB_AUTH_ERROR` where
 * somebody has to log in again, otherwise `PRICE_UNAVAILABLE`.
 */
export interface Broker {
  /** By symbol; one without a price is absent. How old a price is, is for the caller to judge. */
  quotes(request: { symbols: readonly string[]; marketTime: Date }): Promise<Map<string, Quote>>;
  /** Those of these symbols of which it says that there is no such symbol: never listed, delisted or renamed. */
  unknownSymbols(request: { symbols: readonly string[]; marketTime: Date }): Promise<Set<string>>;
  /**
   * Whole 5-minute candles of regular sessions that begin within [from, to], oldest first. Adjusted for the splits after
   * their day, of which the broker does not tell.
   */
  candles(request: { symbol: string; from: Date; to: Date; marketTime: Date }): Promise<Candle[]>;
  /** Standard contracts that expire within [fromDate, toDate], both YYYY-MM-DD. */
  chain(request: { symbol: string; fromDate: string; toDate: string; marketTime: Date }): Promise<OptionChain>;
  /** By OCC symbol; one that does not exist is absent. */
  optionQuotes(request: { contracts: readonly string[]; marketTime: Date }): Promise<Map<string, OptionQuote>>;
  marketHours(request: { day: string; marketTime: Date }): Promise<MarketHours>;
}

/** Prices of whole days. Errors: `PricesUnavailable`. */
export interface DailyPrices {
  /**
   * The trading days within [from, to] (YYYY-MM-DD), oldest first, as they were known at `marketTime` (`barsAsOf`);
   * empty for an unknown symbol. The S&P 500 is `^GSPC`.
   */
  dailyBars(request: { symbol: string; from: string; to: string; marketTime: Date }): Promise<DailyBar[]>;
  /** Whether the source says that there is no such symbol: never listed, delisted or renamed. */
  isUnknown(request: { symbol: string; marketTime: Date }): Promise<boolean>;
}
