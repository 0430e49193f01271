import type { Broker } from "../../providers/market/market.ts";
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
/** An endpoint has 25 seconds in all, and may have to ask another source after the broker. */
const patienceMs = 9_000;

/** Shares by ticker. What the broker cannot say is absent, and logged. */
export function liveShares(
  services: PriceServices,
  tickers: readonly string[],
  marketTime: Date,
): Promise<Map<string, LivePrice>> {
  return askInChunks(services, tickers, async (broker, symbols) => {
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
  return askInChunks(services, contracts, async (broker, chunk) => {
    const quotes = await broker.optionQuotes({ contracts: chunk, marketTime });
    return [...quotes].flatMap(([contract, quote]): [string, LivePrice][] => {
      const { mark, bid, ask } = quote;
      // Worth nothing to anybody, which is a premium too (spec pipeline 6.3), if somebody would sell it.
      const price = markPrice(quote) ?? (mark === 0 && ask !== null ? 0 : null);
      return price === null ? [] : [[contract, { price, offered: { bid, ask } }]];
    });
  });
}

/** What `call` answers; undefined where it takes too long for somebody who waits. Its errors go up. */
export function inTime<T>(call: Promise<T>, milliseconds = patienceMs): Promise<T | undefined> {
  const late = AbortSignal.timeout(milliseconds);
  const lateness = new Promise<undefined>((resolve) => {
    late.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  return Promise.race([call, lateness]);
}

/** Whether the broker could not or would not answer; whatever else goes wrong is for others to handle. */
export function isBrokerFailure(error: unknown): error is AppError {
  return isAppError(error) && (error.name === "BrokerUnavailable" || error.name === "BrokerRefused");
}

/** Says what is missing; where only a login helps, as an error with the way to it. */
export function logBrokerFailure(log: Log, error: AppError, subject: Record<string, unknown>): void {
  const level = error.code === "SCHWAB_AUTH_ERROR" ? "error" : "warn";
  log[level]("the broker gave no price", { ...subject, code: error.code, problem: error.message });
}

async function askInChunks(
  services: PriceServices,
  names: readonly string[],
  ask: (broker: Broker, names: string[]) => Promise<[string, LivePrice][]>,
): Promise<Map<string, LivePrice>> {
  const chunks = chunked([...new Set(names)].toSorted(), namesPerCall);
  const answers = await Promise.all(
    chunks.map((chunk) =>
      services
        .broker()
        .then((broker) => ask(broker, chunk))
        .catch((error: unknown) => {
          if (!isBrokerFailure(error)) throw error;
          logBrokerFailure(services.log, error, { asked: chunk.length, first: chunk[0] });
          return [];
        }),
    ),
  );
  return new Map(answers.flat());
}
