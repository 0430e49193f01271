import { occSymbol, optionTerms } from "../../../lib/providers/market/occ.ts";

// Answers in Schwab's form, and in TD Ameritrade's, which Schwab's grew out of and some recordings are in. Companies,
// numbers and ids are made up.

/** 30 January 2025, 15:45 in New York. */
export const tradedAt = Date.parse("2025-01-30T20:45:00Z");

interface StockPrices {
  last: number;
  bid: number;
  ask: number;
}

/** A quote of a share. */
export function stockQuote(symbol: string, { last, bid, ask }: StockPrices, quote: object = {}) {
  return {
    ...{ assetMainType: "EQUITY", assetSubType: "COE", quoteType: "NBBO", realtime: true, ssid: 1_000_001, symbol },
    fundamental: { avg10DaysVolume: 51_000, divAmount: 0, divFreq: 4, divYield: 0, eps: 0.4, peRatio: 97.5 },
    quote: {
      ...{ lastPrice: last, bidPrice: bid, askPrice: ask, mark: ask, closePrice: last, openPrice: last },
      ...{ lastSize: 100, bidSize: 60, askSize: 11, totalVolume: 39_000, netChange: 0.3, securityStatus: "Normal" },
      ...{ tradeTime: tradedAt, quoteTime: tradedAt + 212, bidTime: tradedAt + 180, askTime: tradedAt + 212 },
      ...quote,
    },
    reference: { cusip: "000000000", description: "OTTER WORKS INC", exchange: "Q", exchangeName: "NASDAQ" },
    regular: { regularMarketLastPrice: last, regularMarketTradeTime: tradedAt },
  };
}

/** An index is not traded: nobody bids for it. */
export function indexQuote(symbol: string, last: number) {
  return {
    ...{ assetMainType: "INDEX", realtime: true, ssid: 1_000_002, symbol },
    quote: { lastPrice: last, closePrice: last, securityStatus: "Closed", totalVolume: 3_000, tradeTime: tradedAt },
    reference: { description: "OTTER INDEX", exchange: "0", exchangeName: "Index" },
  };
}

/** A fund has a net asset value and no trade; Schwab knows it at once, or not at all. */
export function fundQuote(symbol: string, nAV: number, tradeTime: number) {
  return {
    ...{ assetMainType: "MUTUAL_FUND", realtime: true, ssid: -1, symbol },
    quote: { closePrice: 10.53, nAV, netChange: 0, securityStatus: "Normal", totalVolume: 0, tradeTime },
    reference: { description: "Otter Blend Fund", exchange: "3", exchangeName: "Mutual Fund" },
  };
}

/** A quote of a contract by its OCC symbol. */
export function optionQuote(symbol: string, quote: object) {
  return {
    ...{ assetMainType: "OPTION", realtime: true, ssid: 1_000_003, symbol },
    quote: {
      ...{ highPrice: 0.58, lowPrice: 0.41, closePrice: 0.75, securityStatus: "Normal", totalVolume: 398 },
      ...{ tradeTime: tradedAt, quoteTime: tradedAt, volatility: 73.5, underlyingPrice: 61.2, gamma: 0.0007 },
      ...quote,
    },
    reference: { contractType: "P", deliverables: "100 OTTR", exerciseType: "A", multiplier: 100 },
  };
}

/** TD Ameritrade's entry: all fields side by side. */
export function olderQuote(symbol: string, assetType: string, values: object) {
  return {
    ...{
      assetType,
      assetMainType: assetType,
      symbol,
      description: `${symbol} in its older form`,
      digits: 2,
    },
    ...{ tradeTimeInLong: tradedAt, securityStatus: "Normal", totalVolume: 2_800, delayed: true, ...values },
  };
}

/** TD Ameritrade says of what it does not know that it is not found, and sends numbers all the same. */
export const olderNotFound = olderQuote("OTTR_082222C13225", "OPTION", {
  ...{ description: "Symbol not found", bidPrice: 0, askPrice: 0, lastPrice: 0, mark: 0, strikePrice: 0 },
  ...{ delta: -999, gamma: -999, theta: -999, vega: -999, rho: -999, volatility: -999 },
  ...{ expirationDay: -1, tradeTimeInLong: 0, quoteTimeInLong: 0, securityStatus: "Unknown" },
});

/** The stock market's hours on a day in winter; `product` is the key that Schwab gives it. */
export function marketHours(day: string, isOpen: boolean, product = "EQ") {
  const session = (start: string, end: string) => [
    { start: `${day}T${start}:00-05:00`, end: `${day}T${end}:00-05:00` },
  ];
  const sessionHours = {
    preMarket: session("07:00", "09:30"),
    regularMarket: session("09:30", "16:00"),
    postMarket: session("16:00", "20:00"),
  };
  const facts = { date: day, marketType: "EQUITY", product, isOpen };
  return { equity: { [product]: isOpen ? { ...facts, productName: "equity", sessionHours } : facts } };
}

/** Rows of time, open, high, low and close. */
export function priceHistory(symbol: string, rows: readonly [time: string, ...prices: number[]][]) {
  const candles = rows.map(([time, open, high, low, close]) => ({
    ...{ open, high, low, close, volume: 1_900 },
    datetime: Date.parse(time),
  }));
  return { symbol, empty: candles.length === 0, candles };
}

export interface ListedContract {
  /** In OCC's form, or in TD Ameritrade's. */
  symbol: string;
  bid: number;
  ask: number;
  delta: number | "NaN";
  more?: object;
}

/** A chain. Schwab keys contracts by expiration with the days left, counted on `day`, and by strike. */
export function chain(symbol: string, underlyingPrice: number, day: string, listed: readonly ListedContract[]) {
  const maps: Record<"call" | "put", Record<string, Record<string, object[]>>> = { call: {}, put: {} };
  for (const { symbol: name, bid, ask, delta, more } of listed) {
    const terms = optionTerms(name);
    if (terms === null) throw new Error(`${name} is no option`);
    const { option_type, strike, expiration } = terms;
    const daysToExpiration = (Date.parse(expiration) - Date.parse(day)) / 86_400_000;
    const contract = {
      ...{ putCall: option_type.toUpperCase(), symbol: name, description: occSymbol(terms), exchangeName: "OPR" },
      ...{ bid, ask, last: bid, mark: Math.round((bid + ask) * 50) / 100, delta, gamma: 0.002, volatility: 29.5 },
      ...{ bidSize: 7, askSize: 9, totalVolume: 14, openInterest: 30, strikePrice: strike, daysToExpiration },
      ...{ quoteTimeInLong: Date.parse(`${day}T20:59:00Z`), tradeTimeInLong: Date.parse(`${day}T20:50:00Z`) },
      ...{ multiplier: 100, nonStandard: false, mini: false, inTheMoney: false, ...more },
    };
    const key = `${expiration}:${daysToExpiration}`;
    const byStrike = maps[option_type][key] ?? {};
    maps[option_type][key] = byStrike;
    byStrike[strike.toFixed(1)] = [...(byStrike[strike.toFixed(1)] ?? []), contract];
  }
  return {
    ...{ symbol, status: "SUCCESS", strategy: "SINGLE", interval: 0, isDelayed: false, isIndex: false },
    ...{ interestRate: 4.25, underlyingPrice, volatility: 29, daysToExpiration: 0, numberOfContracts: listed.length },
    callExpDateMap: maps.call,
    putExpDateMap: maps.put,
  };
}

/** The body of an error. Schwab writes the status as a text in one of them. */
export function errors(status: number, title: string) {
  const entry = { id: "00000000-0000-4000-8000-000000000001", status: status === 400 ? "400" : status, title };
  return {
    errors: [status === 400 ? { ...entry, detail: "Missing header", source: { header: "Authorization" } } : entry],
  };
}

/** What the token endpoint says, with status 400, about a refresh token that is no longer good. */
export const refreshTokenRefusal = JSON.stringify({
  error: "unsupported_token_type",
  error_description:
    '400 Bad Request: "{"error_description":"Failed refresh token authentication [tokenDigest=made-up]",' +
    '"error":"refresh_token_authentication_error"}"',
});
