import {
  isHalfDay,
  isTradingDay,
  newYorkInstant,
  sessionEnd,
  sessionStart,
} from "../../../lib/calendar/trading-days.ts";
import type { DailyBar } from "../../../lib/providers/market/market.ts";
import { occSymbol, optionTerms } from "../../../lib/providers/market/occ.ts";
import { daysBetween } from "../../../lib/runtime/dates.ts";
import { round } from "../../../lib/runtime/money.ts";
import type { HistoryCandle, LastPrice, MarketView, RecordedChain } from "../market/history.ts";
import type { PricedOption } from "../market/option-pricing.ts";

type ByStrike = Record<string, object[]>;
type ByExpiration = Record<string, ByStrike>;

/** The project's symbol for Schwab's: `BRK/B` → `BRK.B`, `$SPX` → `^GSPC`. */
export function fromSchwabSymbol(symbol: string): string {
  if (symbol === "$SPX") return "^GSPC";
  return symbol.startsWith("$") ? `^${symbol.slice(1)}` : symbol.replace("/", ".");
}

export function stockQuote(symbol: string, price: LastPrice): object {
  const isIndex = symbol.startsWith("$");
  const change = price.previousClose === null ? 0 : price.last - price.previousClose;
  const at = price.at.getTime();
  // An index is not traded, so nobody bids for it.
  const sides = { bidPrice: round(price.last - 0.01, 4), askPrice: round(price.last + 0.01, 4), quoteTime: at };
  return {
    assetMainType: isIndex ? "INDEX" : "EQUITY",
    ...(!isIndex && { quoteType: "NBBO" }),
    realtime: true,
    symbol,
    quote: {
      ...(!isIndex && { ...sides, bidSize: 1, askSize: 1, mark: price.last }),
      closePrice: price.previousClose ?? 0,
      highPrice: price.high,
      lastPrice: price.last,
      lowPrice: price.low,
      netChange: round(change, 4),
      netPercentChange: price.previousClose === null ? 0 : round((change / price.previousClose) * 100, 4),
      openPrice: price.open,
      securityStatus: "Normal",
      totalVolume: price.volume,
      tradeTime: at,
    },
    reference: { description: symbol, exchangeName: isIndex ? "Index" : "NASDAQ" },
  };
}

/** `synthetic` is no field of Schwab's: it marks prices that nobody ever quoted. */
export function optionQuote(symbol: string, option: PricedOption, view: MarketView): object {
  return {
    assetMainType: "OPTION",
    realtime: true,
    symbol,
    synthetic: true,
    quote: {
      askPrice: option.ask,
      askSize: 10,
      bidPrice: option.bid,
      bidSize: 10,
      delta: option.delta,
      lastPrice: 0,
      mark: option.mark,
      quoteTime: option.at.getTime(),
      securityStatus: "Normal",
      theoreticalOptionValue: option.mark,
      totalVolume: 0,
      tradeTime: 0,
      volatility: round(option.volatility * 100, 3),
    },
    reference: {
      contractType: option.option_type === "call" ? "C" : "P",
      daysToExpiration: daysBetween(view.today, option.expiration),
      exerciseType: "A",
      multiplier: 100,
      strikePrice: option.strike,
      underlying: option.root,
    },
  };
}

/** A quote out of a recorded chain, which names its fields otherwise. */
export function recordedOptionQuote(symbol: string, chain: RecordedChain): object | undefined {
  const rows = [chain.callExpDateMap, chain.putExpDateMap].flatMap((byExpiration) =>
    Object.values((byExpiration ?? {}) as Record<string, Record<string, Record<string, unknown>[]>>).flatMap(
      (strikes) => Object.values(strikes).flat(),
    ),
  );
  const found = rows.find((row) => {
    const terms = optionTerms(String(row.symbol));
    return terms !== null && occSymbol(terms) === symbol;
  });
  if (found === undefined) return undefined;
  const { bid, ask, last, mark, delta, quoteTimeInLong, tradeTimeInLong } = found;
  return {
    assetMainType: "OPTION",
    realtime: true,
    symbol,
    quote: {
      askPrice: ask,
      bidPrice: bid,
      delta,
      lastPrice: last,
      mark,
      quoteTime: quoteTimeInLong,
      securityStatus: "Normal",
      tradeTime: tradeTimeInLong,
    },
  };
}

export function priceHistory(symbol: string, candles: HistoryCandle[]): object {
  return {
    symbol,
    empty: candles.length === 0,
    candles: candles.map(({ timestamp, ...prices }) => ({ ...prices, datetime: timestamp.getTime() })),
  };
}

export function dailyHistory(symbol: string, bars: (Omit<DailyBar, "split"> & { volume: number })[]): object {
  const candles = bars.map(({ date, ...prices }) => ({ ...prices, datetime: newYorkInstant(date, "00:00").getTime() }));
  return { symbol, empty: candles.length === 0, candles };
}

export function optionChain(
  symbol: string,
  spot: number | undefined,
  options: PricedOption[],
  view: MarketView,
): object {
  const maps: Record<"call" | "put", ByExpiration> = { call: {}, put: {} };
  for (const option of options) {
    const dte = daysBetween(view.today, option.expiration);
    const byExpiration = maps[option.option_type];
    const key = `${option.expiration}:${dte}`;
    const byStrike = byExpiration[key] ?? {};
    byExpiration[key] = byStrike;
    byStrike[strikeKey(option.strike)] = [contract(option, dte)];
  }
  return {
    symbol,
    status: options.length === 0 ? "FAILED" : "SUCCESS",
    underlying: null,
    strategy: "SINGLE",
    interval: 0,
    isDelayed: false,
    isIndex: symbol.startsWith("$"),
    interestRate: 4,
    underlyingPrice: spot ?? 0,
    volatility: 29,
    daysToExpiration: 0,
    numberOfContracts: options.length,
    isChainTruncated: false,
    callExpDateMap: maps.call,
    putExpDateMap: maps.put,
  };
}

/** A recorded chain with only the expirations that were asked for. */
export function chainWithin(chain: RecordedChain, from: string, to: string): RecordedChain {
  const within = (byExpiration: unknown) =>
    Object.fromEntries(
      Object.entries((byExpiration ?? {}) as ByExpiration).filter(([key]) => {
        const expiration = key.slice(0, 10);
        return expiration >= from && expiration <= to;
      }),
    );
  return { ...chain, callExpDateMap: within(chain.callExpDateMap), putExpDateMap: within(chain.putExpDateMap) };
}

/** Schwab writes whole strikes with one decimal. */
function strikeKey(strike: number): string {
  return Number.isInteger(strike) ? strike.toFixed(1) : String(strike);
}

function contract(option: PricedOption, dte: number): object {
  return {
    putCall: option.option_type.toUpperCase(),
    symbol: option.symbol,
    exchangeName: "OPR",
    bid: option.bid,
    ask: option.ask,
    last: 0,
    mark: option.mark,
    bidSize: 10,
    askSize: 10,
    totalVolume: 0,
    openInterest: 0,
    quoteTimeInLong: option.at.getTime(),
    tradeTimeInLong: 0,
    volatility: round(option.volatility * 100, 3),
    delta: option.delta,
    theoreticalOptionValue: option.mark,
    strikePrice: option.strike,
    expirationDate: sessionEnd(option.expiration).toISOString().replace("Z", "+00:00"),
    daysToExpiration: dte,
    multiplier: 100,
    nonStandard: false,
    mini: false,
    synthetic: true,
  };
}

/** Market hours as Schwab answers them, with New York's offset. */
export function marketHours(kind: string, day: string): object {
  const marketType = kind.toUpperCase();
  if (!isTradingDay(day)) return { [kind]: { [kind]: { date: day, marketType, product: kind, isOpen: false } } };
  const product = kind === "equity" ? "EQ" : "EQO";
  const hours = (Date.parse(`${day}T09:30:00Z`) - sessionStart(day).getTime()) / 3_600_000;
  const offset = `-0${Math.abs(hours)}:00`;
  const span = (start: string, end: string) => [
    { start: `${day}T${start}:00${offset}`, end: `${day}T${end}:00${offset}` },
  ];
  const [closes, afterwards] = isHalfDay(day) ? ["13:00", "17:00"] : ["16:00", "20:00"];
  const sessionHours = {
    preMarket: span("07:00", "09:30"),
    regularMarket: span("09:30", closes),
    postMarket: span(closes, afterwards),
  };
  return {
    [kind]: { [product]: { date: day, marketType, product, productName: kind, isOpen: true, sessionHours } },
  };
}
