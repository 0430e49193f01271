import type { Broker, OptionChain, OptionQuote, Quote } from "../../providers/market/market.ts";
import { chunked } from "../../runtime/chunked.ts";
import { iso } from "../../runtime/dates.ts";
import { type AppError, isAppError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/logger.ts";
import type { Offered } from "../instruments/terms.ts";
import type { TradingServices } from "../services.ts";
import { isCurrent, isSlip } from "./price-age.ts";
import { markPrice } from "./strikes.ts";

export type PriceServices = Pick<TradingServices, "broker" | "log">;

/** What an instrument is worth now, in dollars per share, with what is bid and asked for it. */
export interface LivePrice {
  price: number;
  offered: Offered;
  /** When it was traded, or an option's quoted, ISO-8601 UTC; null where the broker does not say. */
  tradedAt: string | null;
}

/** By name: null where the broker answered and the market has no price now; absent where it did not answer. */
export type LivePrices = Map<string, LivePrice | null>;

/** The broker asks for this many at a time anyway; here, one call that fails takes no others with it. */
const namesPerCall = 100;
const brokerFailures = ["BrokerUnavailable", "BrokerRefused"];
/** An endpoint has 25 seconds in all, and may have to ask three sources, one after the other. */
const patienceMs = 7_000;

/** Shares by ticker. What the broker does not answer is logged. */
export function liveShares(services: PriceServices, tickers: readonly string[], marketTime: Date): Promise<LivePrices> {
  return priced(services, tickers, async (broker, symbols) => {
    const quotes = await broker.quotes({ symbols, marketTime });
    return (ticker) => {
      const quote = quotes.get(ticker);
      return quote ? sharePrice(quote, marketTime) : null;
    };
  });
}

/** The last trade of a stock, where it is a price. */
export function sharePrice(quote: Quote, marketTime: Date): LivePrice | null {
  const { last: price, bid, ask, at } = quote;
  if (!isCurrent(quote, marketTime) || isSlip(price, { bid, ask })) return null;
  return { price, offered: { bid, ask }, tradedAt: iso(at) };
}

/** Premiums by contract. What the broker does not answer is logged. */
export function livePremiums(
  services: PriceServices,
  contracts: readonly string[],
  marketTime: Date,
): Promise<LivePrices> {
  return priced(services, contracts, async (broker, chunk) => {
    const quotes = await broker.optionQuotes({ contracts: chunk, marketTime });
    return (contract) => {
      const quote = quotes.get(contract);
      return quote ? premiumPrice(quote, marketTime) : null;
    };
  });
}

/** Without a trade today too, where it is quoted: its mark is made of bid and ask. */
function premiumPrice(quote: OptionQuote, marketTime: Date): LivePrice | null {
  const { mark, bid, ask, at } = quote;
  // Worth nothing to anybody, which is a premium too (spec pipeline 6.3), if somebody would sell it.
  const price = markPrice(quote) ?? (mark === 0 && ask !== null ? 0 : null);
  if (price === null || !isCurrent(quote, marketTime)) return null;
  return { price, offered: { bid, ask }, tradedAt: at && iso(at) };
}

/**
 * The contracts of one underlying that are quoted now; null, and logged, where the broker cannot say, or where none of
 * them is quoted any more.
 */
export function liveChain(
  services: PriceServices,
  request: Parameters<Broker["chain"]>[0],
): Promise<OptionChain | null> {
  return askBroker(
    services,
    async (broker) => {
      const chain = currentChain(await broker.chain(request), request.marketTime);
      if (!chain) services.log.warn("no option is quoted now", { symbol: request.symbol });
      return chain;
    },
    (failure) => {
      logNoPrice(services.log, failure, { symbol: request.symbol });
      return null;
    },
  );
}

/** A chain without the contracts that have no price now, for they have no delta either; null where none is left of some. */
export function currentChain(chain: OptionChain, marketTime: Date): OptionChain | null {
  const contracts = chain.contracts.filter((contract) => isCurrent(contract, marketTime));
  return contracts.length === 0 && chain.contracts.length > 0 ? null : { ...chain, contracts };
}

/** `ask`, once per name. */
export function remembered<T>(ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (name) => {
    const answer = answers.get(name) ?? ask(name);
    answers.set(name, answer);
    return answer;
  };
}

/** What `call` answers; undefined where it takes too long for somebody who waits. Its errors go up. */
export function inTime<T>(call: Promise<T>, milliseconds = patienceMs): Promise<T | undefined> {
  const late = AbortSignal.timeout(milliseconds);
  const lateness = new Promise<undefined>((resolve) => {
    late.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  return Promise.race([call, lateness]);
}

/**
 * What the broker answers, or `instead` where it could not or would not: the only failures that stand for a missing
 * answer. Whatever else goes wrong is a fault, and goes up.
 */
export async function askBroker<T, U>(
  services: Pick<TradingServices, "broker">,
  ask: (broker: Broker) => Promise<T>,
  instead: (failure: AppError) => U | Promise<U>,
): Promise<T | U> {
  try {
    return await ask(await services.broker());
  } catch (error) {
    if (!isAppError(error) || !brokerFailures.includes(error.name)) throw error;
    return instead(error);
  }
}

/** Says what is missing; where only a login helps, as an error with the way to it. */
export function logNoPrice(log: Log, failure: AppError, subject: Record<string, unknown>): void {
  const level = failure.code === "SCHWAB_AUTH_ERROR" ? "error" : "warn";
  log[level]("the broker gave no price", { ...subject, code: failure.code, problem: failure.message });
}

async function priced(
  services: PriceServices,
  names: readonly string[],
  ask: (broker: Broker, names: string[]) => Promise<(name: string) => LivePrice | null>,
): Promise<LivePrices> {
  const answers = chunked([...new Set(names)].toSorted(), namesPerCall).map((chunk) =>
    askBroker(
      services,
      async (broker): Promise<[string, LivePrice | null][]> => {
        const priceOf = await ask(broker, chunk);
        return chunk.map((name) => [name, priceOf(name)]);
      },
      (failure) => {
        logNoPrice(services.log, failure, { asked: chunk.length, first: chunk[0] });
        return [];
      },
    ),
  );
  return new Map((await Promise.all(answers)).flat());
}
