import type { Broker, OptionChain } from "../../providers/market/market.ts";
import { chunked } from "../../runtime/chunked.ts";
import { type AppError, isAppError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/logger.ts";
import type { Offered } from "../instruments/terms.ts";
import type { TradingServices } from "../services.ts";
import { markPrice } from "./strikes.ts";

export type PriceServices = Pick<TradingServices, "broker" | "log">;

/** What an instrument is worth now, in dollars per share, with what is bid and asked for it. */
export interface LivePrice {
  price: number;
  offered: Offered;
}

/** The broker asks for this many at a time anyway; here, one call that fails takes no others with it. */
const namesPerCall = 100;
const brokerFailures = ["BrokerUnavailable", "BrokerRefused"];
/** An endpoint has 25 seconds in all, and may have to ask another source after the broker. */
const patienceMs = 9_000;

/** Shares by ticker. What the broker cannot say is absent, and logged. */
export function liveShares(
  services: PriceServices,
  tickers: readonly string[],
  marketTime: Date,
): Promise<Map<string, LivePrice>> {
  return priced(services, tickers, async (broker, symbols) => {
    const quotes = await broker.quotes({ symbols, marketTime });
    return [...quotes].map(([ticker, { last, bid, ask }]) => [ticker, { price: last, offered: { bid, ask } }]);
  });
}

/** Premiums by contract. What the broker cannot say is absent, and logged. */
export function livePremiums(
  services: PriceServices,
  contracts: readonly string[],
  marketTime: Date,
): Promise<Map<string, LivePrice>> {
  return priced(services, contracts, async (broker, chunk) => {
    const quotes = await broker.optionQuotes({ contracts: chunk, marketTime });
    return [...quotes].flatMap(([contract, quote]): [string, LivePrice][] => {
      const { mark, bid, ask } = quote;
      // Worth nothing to anybody, which is a premium too (spec pipeline 6.3), if somebody would sell it.
      const price = markPrice(quote) ?? (mark === 0 && ask !== null ? 0 : null);
      return price === null ? [] : [[contract, { price, offered: { bid, ask } }]];
    });
  });
}

/** The contracts of one underlying; null, and logged, where the broker cannot say. */
export function liveChain(
  services: PriceServices,
  request: Parameters<Broker["chain"]>[0],
): Promise<OptionChain | null> {
  return askBroker(
    services,
    (broker) => broker.chain(request),
    (failure) => {
      logNoPrice(services.log, failure, { symbol: request.symbol });
      return null;
    },
  );
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
  ask: (broker: Broker, names: string[]) => Promise<[string, LivePrice][]>,
): Promise<Map<string, LivePrice>> {
  const answers = chunked([...new Set(names)].toSorted(), namesPerCall).map((chunk) =>
    askBroker(
      services,
      (broker) => ask(broker, chunk),
      (failure) => {
        logNoPrice(services.log, failure, { asked: chunk.length, first: chunk[0] });
        return [];
      },
    ),
  );
  return new Map((await Promise.all(answers)).flat());
}
