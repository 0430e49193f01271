import { optionTerms } from "../../../lib/providers/market/occ.ts";
import { scaled } from "../../../lib/providers/market/splits.ts";
import { addDays, newYorkDay } from "../../../lib/runtime/dates.ts";
import { scenarioMarket } from "../../scenario/market.ts";
import type { StandInRequest } from "../json-server.ts";
import { type JsonAnswer, type StandInOptions, startJsonServer } from "../json-server.ts";
import { type MarketHistory, type MarketView, marketAsOf } from "../market/history.ts";
import { priced, pricedChain, underlyingOf } from "../market/option-pricing.ts";
import { createLogin } from "./login.ts";
import {
  chainWithin,
  dailyHistory,
  fromSchwabSymbol,
  marketHours,
  optionChain,
  optionQuote,
  priceHistory,
  recordedOptionQuote,
  stockQuote,
} from "./wire.ts";

export interface SchwabStandInOptions extends StandInOptions {
  /** The scenario's market if absent. */
  market?: MarketHistory;
}

/** Schwab's login and market data over HTTP on this machine, as of the market time that each request names. */
export async function startSchwabStandIn(
  options: SchwabStandInOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const market = options.market ?? scenarioMarket();
  const login = createLogin();
  return startJsonServer(options, (request, marketTime) => {
    if (request.path === "/v1/oauth/authorize") return login.consent(request);
    if (request.path === "/v1/oauth/token") return login.grant(request);
    if (!login.isLoggedIn(request)) return failure(401, "Unauthorized");
    if (marketTime === undefined) return failure(400, "Bad Request");
    return marketData(marketAsOf(market, marketTime), request);
  });
}

function marketData(view: MarketView, request: StandInRequest): JsonAnswer {
  const path = request.path.replace(/^\/marketdata\/v1/, "");
  if (path === "/quotes") return quotes(view, request);
  if (path === "/pricehistory") return history(view, request);
  if (path === "/chains") return chain(view, request);
  const kind = path === "/markets" ? request.query.get("markets") : /^\/markets\/(\w+)$/.exec(path)?.[1];
  return kind ? hours(view, kind, request) : failure(404, "Not Found");
}

function quotes(view: MarketView, { query }: StandInRequest): JsonAnswer {
  const symbols = (query.get("symbols") ?? "").split(",").filter((symbol) => symbol !== "");
  const body: Record<string, object> = {};
  const invalidSymbols: string[] = [];
  for (const symbol of symbols) {
    const quote = optionTerms(symbol) ? optionQuoteOf(view, symbol) : stockQuoteOf(view, symbol);
    if (quote === undefined) invalidSymbols.push(symbol);
    else body[symbol] = quote;
  }
  return { status: 200, body: { ...body, ...(invalidSymbols.length > 0 && { errors: { invalidSymbols } }) } };
}

function stockQuoteOf(view: MarketView, symbol: string): object | undefined {
  const price = view.lastPrice(fromSchwabSymbol(symbol));
  return price && stockQuote(symbol, price);
}

function optionQuoteOf(view: MarketView, symbol: string): object | undefined {
  const terms = optionTerms(symbol);
  if (terms === null) return undefined;
  const recorded = view.recordedChain(underlyingOf(terms.root, view) ?? terms.root);
  const option = priced(view, terms);
  return (recorded && recordedOptionQuote(symbol, recorded)) ?? (option && optionQuote(symbol, option, view));
}

function history(view: MarketView, { query }: StandInRequest): JsonAnswer {
  const symbol = query.get("symbol") ?? "";
  const start = new Date(Number(query.get("startDate") ?? view.marketTime.getTime() - 10 * 86_400_000));
  const end = new Date(Number(query.get("endDate") ?? view.marketTime.getTime()));
  if (symbol === "" || Number.isNaN(start.getTime()) || Number.isNaN(end.getTime())) return failure(400, "Bad Request");
  const own = fromSchwabSymbol(symbol);
  // As Schwab does: adjusted for all splits after the day.
  if (query.get("frequencyType") === "daily" && query.get("periodType") !== "day") {
    const bars = view.bars(own, newYorkDay(start), newYorkDay(end));
    return {
      status: 200,
      body: dailyHistory(
        symbol,
        bars.map((bar) => scaled(bar, 1 / view.shares(own, bar.date))),
      ),
    };
  }
  if (query.get("frequencyType") !== "minute" || query.get("frequency") !== "5") return failure(400, "Bad Request");
  const extended = query.get("needExtendedHoursData") !== "false";
  const candles = view.candles(own, start, end, extended);
  const adjusted = candles.map((candle) => scaled(candle, 1 / view.shares(own, newYorkDay(candle.timestamp))));
  return { status: 200, body: priceHistory(symbol, adjusted) };
}

function chain(view: MarketView, { query }: StandInRequest): JsonAnswer {
  const symbol = query.get("symbol") ?? "";
  const own = fromSchwabSymbol(symbol);
  const [from, to] = [query.get("fromDate"), query.get("toDate")];
  const recorded = view.recordedChain(own);
  if (recorded)
    return { status: 200, body: chainWithin(recorded, from ?? view.today, to ?? addDays(view.today, 3650)) };
  const type = query.get("contractType")?.toLowerCase() ?? "all";
  const options = pricedChain(view, own, from, to).filter(({ option_type }) => type === "all" || option_type === type);
  return { status: 200, body: optionChain(symbol, view.lastPrice(own)?.last, options, view) };
}

function hours(view: MarketView, kinds: string, { query }: StandInRequest): JsonAnswer {
  const day = query.get("date") ?? view.today;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return failure(400, "Bad Request");
  const answers = kinds.split(",").map((kind) => marketHours(kind, day));
  return { status: 200, body: Object.assign({}, ...answers) };
}

/** Schwab's own shape of errors. */
function failure(status: number, title: string): JsonAnswer {
  return { status, body: { errors: [{ id: "00000000-0000-0000-0000-000000000000", status, title }] } };
}
