import { newYorkInstant } from "../../lib/calendar/trading-days.ts";
import { defaultConfiguration, readConfiguration } from "../../lib/configuration/keys.ts";
import { ownSymbols } from "../../lib/providers/symbols/own-list.ts";
import { openRealm } from "../../lib/realm/state.ts";
import { chunked } from "../../lib/runtime/chunked.ts";
import type { Services } from "../../lib/services.ts";
import { counterActions } from "../../lib/store/counters.ts";
import { type SelectedContract, selectContract } from "../../lib/trading/market/strikes.ts";
import { type Offer, openPosition } from "../../lib/trading/openings/new-position.ts";
import type { Portfolio } from "../../lib/trading/positions/record.ts";
import { createPosition, openingCounts, readPortfolios, savePortfolio } from "../../lib/trading/positions/stored.ts";
import { newPrediction } from "../../lib/trading/predictions/rules.ts";
import { createPrediction, creationCounts } from "../../lib/trading/predictions/stored.ts";
import { scenarioMarket } from "../../localstack/scenario/market.ts";
import { marketAsOf } from "../../localstack/standins/market/history.ts";
import { pricedChain } from "../../localstack/standins/market/option-pricing.ts";

/** The trading day before the run that is measured. */
const day = "2026-02-27";
const at = newYorkInstant(day, "10:30");
const now = at.toISOString();
const settings = readConfiguration(defaultConfiguration());
const perPortfolio = 10;

/** Tickers with a price and a contract on that day, so that every one of them can be watched the next. */
function marketOfDay(count: number) {
  const view = marketAsOf(scenarioMarket(), at);
  const found: { ticker: string; price: number; contract: SelectedContract }[] = [];
  for (const { symbol } of ownSymbols()) {
    if (found.length === count) break;
    const price = view.lastPrice(symbol)?.last;
    const chain = { underlyingPrice: price ?? null, contracts: pricedChain(view, symbol, day, null) };
    const { contract } = selectContract(chain, "call", day, settings);
    if (price !== undefined && contract) found.push({ ticker: symbol, price, contract });
  }
  return found;
}

/** Ten open positions in each of the four portfolios. */
export async function storePositions(services: Services): Promise<void> {
  await openRealm(services);
  const tickers = marketOfDay(perPortfolio);
  for (const portfolio of await readPortfolios(services)) await fill(services, portfolio, tickers);
}

async function fill({ store }: Services, empty: Portfolio, tickers: ReturnType<typeof marketOfDay>): Promise<void> {
  let portfolio = empty;
  const positions = tickers.flatMap(({ ticker, price, contract }) => {
    const { signal_type } = portfolio;
    const offer: Offer =
      portfolio.instrument_type === "stock"
        ? { instrument_type: "stock", price, bid: null, ask: null, traded_at: now }
        : { instrument_type: "option", ...contract };
    const signal = { id: `${day}.${ticker}.${signal_type}`, ticker, signal_type, confidence: 0.7 };
    const opened = openPosition(portfolio, { signal, offer, targetCents: 200_000, today: day, now }, settings);
    if (opened.outcome === "skipped") return [];
    portfolio = opened.portfolio;
    return [opened.position];
  });
  const stored = await store.transact([
    savePortfolio(store.keys, portfolio),
    ...positions.map((position) => createPosition(store.keys, position)),
    ...counterActions(store.keys, positions.map(openingCounts)),
  ]);
  if (!stored.applied || positions.length !== perPortfolio) throw new Error("the portfolio was not filled");
}

/** Predictions that are followed, spread over a hundred tickers and as many authors. */
export async function storePredictions({ store }: Services, count: number): Promise<void> {
  const tickers = marketOfDay(100);
  const predictions = Array.from({ length: count }, (_, index) => {
    const { ticker, contract } = tickers[index % tickers.length] ?? fail();
    const mention = {
      comment_id: `old${index}`,
      ticker,
      author: `author${index % 100}`,
      sentiment: "bullish" as const,
      analysis_run_id: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    };
    return newPrediction(mention, contract, { today: day, now }, settings);
  });
  for (const chunk of chunked(predictions, 20)) {
    await store.transact([
      ...chunk.flatMap((prediction) => createPrediction(store.keys, prediction)),
      ...counterActions(store.keys, chunk.map(creationCounts)),
    ]);
  }
}

function fail(): never {
  throw new Error("the scenario's market has no ticker with a contract");
}
