import type { Clock } from "../../runtime/clock.ts";
import { addDays, iso, newYorkDay } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/logger.ts";
import { type Http, type HttpAnswer, HttpFailure, marketTimeHeader, retryAfterSeconds } from "../calls/http.ts";
import { type RetryPolicy, type RetryTools, withRetries } from "../calls/retry.ts";
import { barsAsOf } from "../market/as-of.ts";
import type { DailyBar, DailyPrices } from "../market/market.ts";
import { readChart, saysNothingThere, toYahooSymbol } from "./wire.ts";

export interface YahooSettings {
  /** `https://query1.finance.yahoo.com`, or a stand-in's. */
  baseUrl: string;
  /** Only a stand-in is told the market time of the run. */
  standIn: boolean;
  /** Per attempt, in milliseconds. */
  timeoutMs: number;
}

/** Spec pipeline 1.5. */
const policy: RetryPolicy = {
  retries: 3,
  waitsMs: [1_000, 2_000, 4_000],
  longestWaitMs: 30_000,
  countedAs: "ProviderRetries",
};

/** After as many questions in vain, one after the other, each further one is tried once, until one is answered. */
const questionsInVain = 3;

/** Requests that do not look like a browser's are answered with 429. */
const userAgent = "Mozilla/5.0 (compatible; wsb-signals/1.0)";

/**
 * Yahoo's daily bars. `PricesUnavailable`: retryable (retries already made) where it was throttled, out of order or
 * answered with something else; not retryable where Yahoo refuses. While it is down, not each of many symbols waits for all
 * the retries.
 */
export function createYahoo(
  settings: YahooSettings,
  tools: RetryTools & { http: Http; clock: Clock; log: Log },
): DailyPrices {
  let inVain = 0;

  /** Counts what comes of questions; of those asked at the same time all count. */
  async function counted<T>(question: Promise<T>): Promise<T> {
    try {
      const answer = await question;
      inVain = 0;
      return answer;
    } catch (error) {
      inVain++;
      throw error;
    }
  }

  async function fetchChart(symbol: string, from: string, to: string, marketTime: Date): Promise<HttpAnswer> {
    // To today, whatever was asked for: Yahoo adjusts a day by all splits after it, and names those of the window only.
    const last = [to, newYorkDay(marketTime), newYorkDay(tools.clock.now())].toSorted().at(-1) ?? to;
    const query = new URLSearchParams({
      period1: String(secondsOf(from)),
      period2: String(secondsOf(addDays(last, 1))),
      interval: "1d",
      events: "split",
      includePrePost: "false",
    });
    const answer = await tools
      .http({
        method: "GET",
        url: `${settings.baseUrl}/v8/finance/chart/${encodeURIComponent(toYahooSymbol(symbol))}?${query}`,
        headers: {
          "user-agent": userAgent,
          accept: "application/json",
          ...(settings.standIn && { [marketTimeHeader]: iso(marketTime) }),
        },
        timeoutMs: settings.timeoutMs,
      })
      .catch((error: unknown) => {
        if (error instanceof HttpFailure) throw unavailable(error.message, { retryable: true, cause: error });
        throw error;
      });
    refuseUnanswered(answer, tools.clock.now());
    return answer;
  }

  function patiently<T>(symbol: string, ask: () => Promise<T>): Promise<T> {
    const log = tools.log.with({ symbol });
    const patience = inVain < questionsInVain ? policy : { ...policy, retries: 0 };
    return counted(withRetries(patience, { ...tools, log }, ask));
  }

  return {
    async dailyBars({ symbol, from, to, marketTime }) {
      const bars = await patiently(symbol, async () => barsIn(await fetchChart(symbol, from, to, marketTime)));
      return barsAsOf(bars, marketTime).filter(({ date }) => date >= from && date <= to);
    },

    async isUnknown({ symbol, marketTime }) {
      const today = newYorkDay(marketTime);
      const { status, text } = await patiently(symbol, () => fetchChart(symbol, today, today, marketTime));
      return status === 404 && saysNothingThere(parseJson(text));
    },
  };
}

function refuseUnanswered({ status, headers }: HttpAnswer, now: Date): void {
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = retryAfterSeconds(headers, now);
    const facts = { retryable: true, ...(seconds !== undefined && { retryAfterSeconds: seconds }) };
    throw unavailable(`Yahoo answered HTTP ${status}`, facts);
  }
}

function barsIn({ status, text }: HttpAnswer): DailyBar[] {
  const answer = parseJson(text);
  if (status === 404 && saysNothingThere(answer)) return [];
  // A 400 also says that there was no such stock in those days.
  const bars = readChart(answer);
  if (bars !== null && (status === 200 || bars.length === 0)) return bars;
  if (status >= 400) throw unavailable(`Yahoo refused the request: HTTP ${status}`, { retryable: false });
  throw unavailable("Yahoo answered with something that is no chart of one scale", { retryable: true });
}

function secondsOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function unavailable(
  problem: string,
  facts: { retryable: boolean; cause?: unknown; retryAfterSeconds?: number },
): AppError {
  return new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", problem, facts);
}
