import { chunked } from "../../runtime/chunked.ts";
import type { Clock } from "../../runtime/clock.ts";
import { iso, newYorkDay } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/logger.ts";
import { type Http, HttpFailure, type HttpRequest, marketTimeHeader } from "../calls/http.ts";
import { type RetryPolicy, type RetryTools, withRetries } from "../calls/retry.ts";
import { createSlots } from "../calls/slots.ts";
import { candlesAsOf } from "../market/as-of.ts";
import type { Broker } from "../market/market.ts";
import { brokerLoginNeeded, brokerRefused, brokerUnavailable, readSchwabAnswer, type SchwabAnswer } from "./answer.ts";
import { createSchwabAuth, type SchwabAppSettings, type SchwabAuth, type TokenVault } from "./login.ts";
import {
  readCandles,
  readChain,
  readMarketHours,
  readOptionQuotes,
  readQuotes,
  readUnknownSymbols,
  toSchwabSymbol,
} from "./wire.ts";

export interface SchwabSettings extends SchwabAppSettings {
  /** Only a stand-in is told the market time of the run. */
  standIn: boolean;
  /** Per attempt, in milliseconds. */
  timeoutMs: number;
}

export interface SchwabTools extends RetryTools {
  http: Http;
  clock: Clock;
  log: Log;
  vault: TokenVault;
}

/** Spec pipeline 1.5. */
const policy: RetryPolicy = {
  retries: 3,
  waitsMs: [1_000, 2_000, 4_000],
  longestWaitMs: 15_000,
  countedAs: "ProviderRetries",
};
const longestWaitsMs = 15_000;
/** Spec pipeline 5. */
const callsInFlight = 5;
/** Schwab takes 500; an option's symbol is long, and so the address stays short. */
const symbolsPerCall = 100;

/** One token and one queue for everything that asks Schwab. */
export function createSchwab(settings: SchwabSettings, tools: SchwabTools): Broker & { auth: SchwabAuth } {
  const { baseUrl, standIn, timeoutMs } = settings;
  const slots = createSlots(callsInFlight);

  async function send(request: HttpRequest): Promise<SchwabAnswer> {
    const answer = await tools.http(request).catch((error: unknown) => {
      if (error instanceof HttpFailure) throw brokerUnavailable(error.message, { cause: error });
      throw error;
    });
    return readSchwabAnswer(answer, tools.clock.now());
  }

  const auth = createSchwabAuth(settings, { ...tools, send });

  async function get(path: string, query: Record<string, string>, marketTime: Date): Promise<unknown> {
    const askWith = (token: string) =>
      send({
        method: "GET",
        url: `${baseUrl}/marketdata/v1${path}?${new URLSearchParams(query)}`,
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/json",
          ...(standIn && { [marketTimeHeader]: iso(marketTime) }),
        },
        timeoutMs,
      });
    const token = await auth.accessToken();
    let answer = await askWith(token);
    if (answer.status === 401) answer = await askWith(await auth.renew(token));
    if (answer.status === 401) throw brokerLoginNeeded("Schwab refused a new token");
    if (answer.status !== 200) throw brokerRefused(`Schwab refused ${path}: HTTP ${answer.status}`);
    return answer.body;
  }

  /** An answer `read` cannot read is as good as none, and asked for again. */
  function ask<T>(
    path: string,
    query: Record<string, string>,
    marketTime: Date,
    read: (answer: unknown) => T | null,
  ): Promise<T> {
    const log = tools.log.with({ path, ...(query.symbol !== undefined && { symbol: query.symbol }) });
    return withinBudget({ ...tools, log }, async () => {
      const answer = read(await slots.run(() => get(path, query, marketTime)));
      if (answer === null) throw brokerUnavailable(`Schwab answered ${path} with something else`);
      return answer;
    });
  }

  /** Asks for all `names` in as few calls as needed; the answers go by the names that were asked for. */
  async function askQuotes<T extends { symbol: string }>(
    wireNames: Map<string, string>,
    marketTime: Date,
    read: (answer: unknown) => Map<string, T> | null,
  ): Promise<Map<string, T>> {
    const names = [...wireNames.keys()];
    const answers = await Promise.all(
      chunked(names, symbolsPerCall).map((chunk) =>
        ask("/quotes", { symbols: chunk.join(","), fields: "quote,reference" }, marketTime, read),
      ),
    );
    const found = new Map<string, T>();
    for (const [wireName, quote] of answers.flatMap((answer) => [...answer])) {
      const symbol = wireNames.get(wireName);
      if (symbol !== undefined) found.set(symbol, { ...quote, symbol });
    }
    return found;
  }

  return {
    auth,
    quotes: ({ symbols, marketTime }) =>
      askQuotes(new Map(symbols.map((symbol) => [toSchwabSymbol(symbol), symbol])), marketTime, readQuotes),

    async unknownSymbols({ symbols, marketTime }) {
      const wireNames = new Map(symbols.map((symbol) => [toSchwabSymbol(symbol), symbol]));
      const answers = await Promise.all(
        chunked([...wireNames.keys()], symbolsPerCall).map((chunk) =>
          ask("/quotes", { symbols: chunk.join(","), fields: "quote,reference" }, marketTime, readUnknownSymbols),
        ),
      );
      return new Set(answers.flat().flatMap((wireName) => wireNames.get(wireName) ?? []));
    },

    optionQuotes: ({ contracts, marketTime }) =>
      askQuotes(new Map(contracts.map((symbol) => [symbol, symbol])), marketTime, readOptionQuotes),

    async candles({ symbol, from, to, marketTime }) {
      const query = {
        symbol: toSchwabSymbol(symbol),
        periodType: "day",
        frequencyType: "minute",
        frequency: "5",
        startDate: String(from.getTime()),
        endDate: String(Math.min(to.getTime(), marketTime.getTime())),
        needExtendedHoursData: "false",
        needPreviousClose: "false",
      };
      const candles = await ask("/pricehistory", query, marketTime, readCandles);
      return candlesAsOf(candles, marketTime).filter(({ timestamp }) => timestamp >= from && timestamp <= to);
    },

    async chain({ symbol, fromDate, toDate, marketTime }) {
      const query = {
        symbol: toSchwabSymbol(symbol),
        contractType: "ALL",
        strategy: "SINGLE",
        includeUnderlyingQuote: "false",
        fromDate,
        toDate,
      };
      const read = (answer: unknown) => readChain(answer, newYorkDay(marketTime));
      return { symbol, ...(await ask("/chains", query, marketTime, read)) };
    },

    marketHours: ({ day, marketTime }) =>
      ask("/markets/equity", { date: day }, marketTime, (answer) => readMarketHours(answer, day)),
  };
}

/** `withRetries` with an end to all waits together: a wait beyond it is not begun, and the last error goes up. */
function withinBudget<T>(tools: RetryTools, call: () => Promise<T>): Promise<T> {
  let waitedMs = 0;
  let last: unknown;
  const sleep = async (milliseconds: number) => {
    waitedMs += milliseconds;
    if (waitedMs > longestWaitsMs) throw last;
    await tools.sleep(milliseconds);
  };
  return withRetries(policy, { ...tools, sleep }, () =>
    call().catch((error: unknown) => {
      if (isAppError(error)) last = error;
      throw error;
    }),
  );
}
