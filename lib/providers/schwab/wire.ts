import * as z from "zod";
import { daysBetween } from "../../runtime/dates.ts";
import type { Candle, MarketHours, OptionContract, OptionQuote, OptionType, Quote } from "../market/market.ts";
import { occSymbol, optionTerms } from "../market/occ.ts";
import {
  amount,
  delta,
  type Fields,
  fields,
  fieldsOf,
  instant,
  isHalted,
  latest,
  price,
  quotedAt,
  sizes,
  tradedAt,
} from "./fields.ts";

// Reads Schwab's answers and those of TD Ameritrade, whose formats Schwab's grew out of. Nothing here throws: what is
// unreadable is left out, and null means that the answer is not of the kind that was asked for.

const candlesAnswer = z.object({ candles: z.array(z.unknown()) });
const hoursAnswer = z.object({ equity: fields });
const session = z.object({ start: z.iso.datetime({ offset: true }), end: z.iso.datetime({ offset: true }) });
const product = z.object({
  date: z.string().catch(""),
  isOpen: z.boolean(),
  sessionHours: z
    .object({ regularMarket: z.array(session) })
    .nullish()
    .catch(null),
});

/** The project's symbol as Schwab writes it: `BRK.B` → `BRK/B`, `^GSPC` → `$SPX`. */
export function toSchwabSymbol(symbol: string): string {
  if (symbol === "^GSPC") return "$SPX";
  return symbol.startsWith("^") ? `$${symbol.slice(1)}` : symbol.replace(".", "/");
}

/** Quotes by Schwab's own symbol. One without a price or a time of it is absent, be it unknown, delisted or untraded. */
export function readQuotes(answer: unknown): Map<string, Quote> | null {
  const entries = quoteEntries(answer);
  if (entries === null) return null;
  const quotes = new Map<string, Quote>();
  for (const { symbol, values, sharesPerLot } of entries) {
    const last = price(values, "lastPrice") ?? price(values, "mark") ?? price(values, "nAV");
    const at = tradedAt(values) ?? quotedAt(values);
    if (last === null || at === null) continue;
    const [bid, ask] = [price(values, "bidPrice"), price(values, "askPrice")];
    quotes.set(symbol, { symbol, last, bid, ask, at, isHalted: isHalted(values), ...sizes(values, sharesPerLot) });
  }
  return quotes;
}

const invalidSymbols = z.object({ errors: z.object({ invalidSymbols: z.array(z.string()) }) });

/** The symbols, in Schwab's own writing, of which an answer with quotes says that there are none of that name. */
export function readUnknownSymbols(answer: unknown): string[] | null {
  if (quoteEntries(answer) === null) return null;
  return invalidSymbols.safeParse(answer).data?.errors.invalidSymbols ?? [];
}

/** Quotes of options by OCC symbol, whichever form the answer's own symbols have. */
export function readOptionQuotes(answer: unknown): Map<string, OptionQuote> | null {
  const entries = quoteEntries(answer);
  if (entries === null) return null;
  const quotes = new Map<string, OptionQuote>();
  for (const { symbol, values, synthetic } of entries) {
    const terms = optionTerms(symbol);
    if (terms === null || values.description === "Symbol not found") continue;
    const occ = occSymbol(terms);
    quotes.set(occ, {
      symbol: occ,
      bid: amount(values, "bidPrice"),
      ask: price(values, "askPrice"),
      mark: amount(values, "mark"),
      delta: delta(values),
      last: price(values, "lastPrice"),
      at: latest(quotedAt(values), tradedAt(values)),
      isHalted: isHalted(values),
      synthetic,
      ...sizes(values, 1),
    });
  }
  return quotes;
}

/** Candles, oldest first; rows with a price that is none, and repetitions, are left out. */
export function readCandles(answer: unknown): Candle[] | null {
  const parsed = candlesAnswer.safeParse(answer);
  if (!parsed.success) return null;
  const candles = new Map<number, Candle>();
  for (const row of parsed.data.candles) {
    const values = fieldsOf(row);
    const timestamp = instant(values.datetime);
    const [open, high, low, close] = [
      price(values, "open"),
      price(values, "high"),
      price(values, "low"),
      price(values, "close"),
    ];
    if (timestamp === null || open === null || high === null || low === null || close === null || high < low) continue;
    const { volume } = values;
    const traded = typeof volume === "number" && volume >= 0 ? { volume } : {};
    candles.set(timestamp.getTime(), { open, high, low, close, ...traded, timestamp });
  }
  return [...candles.values()].sort((a, b) => a.timestamp.getTime() - b.timestamp.getTime());
}

/**
 * A chain's standard contracts by type, expiration and strike. Days to expiration are counted from `marketDay`
 * (YYYY-MM-DD): Schwab counts from the day of the request, which on a weekend is not that of the prices.
 */
export function readChain(
  answer: unknown,
  marketDay: string,
): { underlyingPrice: number | null; contracts: OptionContract[] } | null {
  const chain = fields.safeParse(answer).data;
  if (chain === undefined || (chain.callExpDateMap === undefined && chain.putExpDateMap === undefined)) return null;
  const underlying = fieldsOf(chain.underlying);
  return {
    underlyingPrice: price(chain, "underlyingPrice") ?? price(underlying, "mark") ?? price(underlying, "last"),
    contracts: [
      ...readContracts(chain.callExpDateMap, "call", marketDay),
      ...readContracts(chain.putExpDateMap, "put", marketDay),
    ],
  };
}

function readContracts(byExpiration: unknown, type: OptionType, marketDay: string): OptionContract[] {
  const contracts: OptionContract[] = [];
  for (const [key, byStrike] of Object.entries(fieldsOf(byExpiration))) {
    const expiration = key.slice(0, 10);
    if (!/^\d{4}-\d{2}-\d{2}$/.test(expiration)) continue;
    for (const row of Object.values(fieldsOf(byStrike)).flat()) {
      const values = fieldsOf(row);
      const strike = price(values, "strikePrice");
      // Others deliver something else than 100 shares, so that their prices say nothing about the underlying.
      if (values.nonStandard === true || values.mini === true || strike === null) continue;
      const terms = optionTerms(String(values.symbol));
      if (terms === null) continue;
      contracts.push({
        symbol: occSymbol(terms),
        option_type: type,
        strike,
        expiration,
        dte: daysBetween(marketDay, expiration),
        bid: amount(values, "bid"),
        ask: price(values, "ask"),
        mark: amount(values, "mark"),
        delta: delta(values),
        last: price(values, "last"),
        at: latest(quotedAt(values), tradedAt(values)),
        isHalted: isHalted(values),
        synthetic: values.synthetic === true,
        ...sizes(values, 1),
      });
    }
  }
  return contracts.sort((a, b) =>
    a.expiration < b.expiration ? -1 : a.expiration > b.expiration ? 1 : a.strike - b.strike,
  );
}

/** The regular session of the stock market on `day`. */
export function readMarketHours(answer: unknown, day: string): MarketHours | null {
  const products = Object.values(hoursAnswer.safeParse(answer).data?.equity ?? {});
  const facts = products.map((entry) => product.safeParse(entry).data).find((entry) => entry !== undefined);
  if (facts === undefined || facts.date.slice(0, 10) !== day) return null;
  const regular = facts.sessionHours?.regularMarket[0];
  if (!facts.isOpen || regular === undefined) return { day, isTradingDay: false, opensAt: null, closesAt: null };
  return { day, isTradingDay: true, opensAt: new Date(regular.start), closesAt: new Date(regular.end) };
}

interface QuoteEntry {
  symbol: string;
  values: Fields;
  synthetic: boolean;
  /** Schwab counts what is bid and asked for shares in round lots, TD Ameritrade in shares; contracts are counted by both. */
  sharesPerLot: number;
}

/** Schwab: {symbol: {quote: {…}}}. TD Ameritrade: {symbol: {…}}, or a list, whose names end in `InDouble`. */
function quoteEntries(answer: unknown): QuoteEntry[] | null {
  const rows = Array.isArray(answer)
    ? answer
    : fields.safeParse(answer).success
      ? Object.values(fieldsOf(answer))
      : null;
  return (
    rows?.flatMap((row) => {
      const outer = fieldsOf(row);
      if (typeof outer.symbol !== "string") return [];
      const nested = fields.safeParse(outer.quote).data;
      const sharesPerLot = nested ? 100 : 1;
      return [{ symbol: outer.symbol, values: nested ?? outer, synthetic: outer.synthetic === true, sharesPerLot }];
    }) ?? null
  );
}
