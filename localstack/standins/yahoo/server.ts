import { newYorkInstant, sessionStart } from "../../../lib/calendar/trading-days.ts";
import { type Split, scaled } from "../../../lib/providers/market/splits.ts";
import { addDays, newYorkDay } from "../../../lib/runtime/dates.ts";
import { scenarioMarket } from "../../scenario/market.ts";
import { type JsonAnswer, type StandInOptions, startJsonServer } from "../json-server.ts";
import { type MarketHistory, type MarketView, marketAsOf, type WholeBar } from "../market/history.ts";

export interface YahooStandInOptions extends StandInOptions {
  /** The scenario's market if absent. */
  market?: MarketHistory;
}

const daysOfRange: Record<string, number> = {
  "1d": 1,
  "5d": 7,
  "1mo": 31,
  "3mo": 92,
  "6mo": 183,
  "1y": 366,
  "2y": 731,
  "5y": 1827,
};

/** Yahoo's chart of daily bars over HTTP on this machine, as of the market time that each request names. */
export async function startYahooStandIn(
  options: YahooStandInOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const market = options.market ?? scenarioMarket();
  return startJsonServer(options, ({ path, query }, marketTime) => {
    const named = /^\/v8\/finance\/chart\/([^/]+)$/.exec(path)?.[1];
    if (named === undefined) return failure(404, "Not Found", "HTTP 404 Not Found");
    if (marketTime === undefined) return failure(400, "Bad Request", "Invalid market time");
    const symbol = decodeURIComponent(named);
    const own = symbol.replace("-", ".");
    if (!market.has(own)) return failure(404, "Not Found", "No data found, symbol may be delisted");
    if ((query.get("interval") ?? "1d") !== "1d") return failure(422, "Unprocessable Entity", "Only 1d is served here");
    const view = marketAsOf(market, marketTime);
    const [from, to] = windowOf(query, view);
    if (from === undefined || to === undefined) return failure(400, "Bad Request", "Invalid input");
    const isAsked = ({ date }: { date: string }) => {
      const stamp = openingOf(date);
      return stamp >= from.getTime() && stamp < to.getTime();
    };
    // As Yahoo does: adjusted for all splits after the day, of which those of the window are named.
    const bars = view.bars(own, newYorkDay(from), newYorkDay(to)).filter(isAsked);
    const adjusted = bars.map((bar) => scaled(bar, 1 / view.shares(own, bar.date)));
    return { status: 200, body: chart(symbol, adjusted, view.splits(own).filter(isAsked), view, own) };
  });
}

/** By `period1` and `period2` in seconds, or by `range` back from now. */
function windowOf(query: URLSearchParams, view: MarketView): [Date, Date] | [] {
  if (query.has("period1")) {
    const to = Number(query.get("period2") ?? view.marketTime.getTime() / 1000 + 1);
    const window: [Date, Date] = [new Date(Number(query.get("period1")) * 1000), new Date(to * 1000)];
    return window.some((instant) => Number.isNaN(instant.getTime())) ? [] : window;
  }
  const days = daysOfRange[query.get("range") ?? "1d"];
  if (days === undefined) return [];
  return [newYorkInstant(addDays(view.today, -days), "00:00"), newYorkInstant(addDays(view.today, 1), "00:00")];
}

function openingOf(date: string): number {
  return sessionStart(date).getTime();
}

function chart(symbol: string, bars: WholeBar[], splits: Split[], view: MarketView, own: string): object {
  const column = (name: "open" | "high" | "low" | "close" | "volume") => bars.map((bar) => bar[name]);
  const price = view.lastPrice(own);
  const meta = {
    currency: "USD",
    symbol,
    instrumentType: symbol.startsWith("^") ? "INDEX" : "EQUITY",
    timezone: "EST",
    exchangeTimezoneName: "America/New_York",
    ...(price && { regularMarketPrice: price.last, regularMarketTime: price.at.getTime() / 1000 }),
    dataGranularity: "1d",
  };
  // Without any bar Yahoo leaves the columns out.
  if (bars.length === 0) return { chart: { result: [{ meta, indicators: { quote: [{}] } }], error: null } };
  const quote = {
    open: column("open"),
    high: column("high"),
    low: column("low"),
    close: column("close"),
    volume: column("volume"),
  };
  const indicators = { quote: [quote], adjclose: [{ adjclose: column("close") }] };
  const timestamp = bars.map(({ date }) => openingOf(date) / 1000);
  const events = splits.length === 0 ? {} : { events: { splits: Object.fromEntries(splits.map(splitEvent)) } };
  return { chart: { result: [{ meta, timestamp, ...events, indicators }], error: null } };
}

/** By the second of the day's opening. */
function splitEvent({ date, ratio, isDoubtful }: Split): [string, object] {
  const at = openingOf(date) / 1000;
  const [numerator, denominator] = isDoubtful
    ? [Math.round(ratio * 1000), 1000]
    : ratio < 1
      ? [1, 1 / ratio]
      : [ratio, 1];
  return [String(at), { date: at, numerator, denominator, splitRatio: `${numerator}:${denominator}` }];
}

function failure(status: number, code: string, description: string): JsonAnswer {
  return { status, body: { chart: { result: null, error: { code, description } } } };
}
