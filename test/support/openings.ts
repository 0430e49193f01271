import { expect } from "vitest";
import type { Run } from "../../lib/analysis/run.ts";
import type { Signal } from "../../lib/analysis/signals/signal.ts";
import { openRealm } from "../../lib/realm/state.ts";
import type { Services } from "../../lib/services.ts";
import { update } from "../../lib/store/actions.ts";
import type { Portfolio, StockPosition } from "../../lib/trading/positions/record.ts";
import { readPortfolios } from "../../lib/trading/positions/stored.ts";
import { type CloudOptions, call } from "./cloud.ts";
import { marketOf, type PriceOf } from "./market.ts";
import { seedSignals, signalOf } from "./seeds.ts";
import { useStage } from "./stage.ts";
import { changePortfolio, stockAt100 } from "./trading-seeds.ts";
import { settled } from "./waiting.ts";

/** Ten tickers for the positions of a full portfolio, each at 100 dollars unless a test says otherwise. */
export const heldTickers = ["KA", "KB", "KC", "KD", "KE", "KF", "KG", "KH", "KI", "KJ"];
const prices = { GME: 142.5, AMC: 100, NVDA: 433.5, ...Object.fromEntries(heldTickers.map((name) => [name, 100])) };

/** Thirty-seven shares bought at 100 three days ago, with a confidence of 0.6. */
export function heldStock(ticker: string, changes: Partial<StockPosition> = {}): StockPosition {
  return stockAt100(37, { ticker, entry_date: "2026-02-27", confidence: 0.6, ...changes });
}

/**
 * Whole runs over a silent subreddit, in a realm of their own for every test: they trade on signals that the test has
 * stored. GME is at 142.50, AMC at 100, NVDA at 433.50 (whose call costs 3.50).
 */
export function useOpenings(name: string, options: CloudOptions = {}) {
  const theatre = useStage(name, options);
  let services: Services;

  /** A fresh realm with signals, other prices or settings. */
  async function begin(
    signals: readonly Partial<Signal>[],
    more: { prices?: Record<string, number | PriceOf>; settings?: Record<string, string> } = {},
  ): Promise<Services> {
    services = theatre.enter({ posts: [], comments: [] }, more.settings);
    theatre.stage.scene.market = marketOf({ ...prices, ...more.prices });
    await openRealm(services);
    await seedSignals(
      services,
      signals.map((signal) => signalOf(signal)),
    );
    return services;
  }

  /** The same realm at another market time. */
  function moveTo(marketTime: string): void {
    services = theatre.moveTo(services, marketTime);
  }

  /** From now on the broker answers these requests with a status alone, or with a body. */
  function failBroker(
    which: (path: string, query: URLSearchParams) => boolean,
    status = 500,
    body: unknown = {},
  ): void {
    theatre.stage.scene.schwabFaults = ({ path, query }) =>
      which(path.replace(/^.*\//, "/"), query) ? { status, body: JSON.stringify(body) } : undefined;
  }

  async function configure(settings: Record<string, string>): Promise<void> {
    const { keys, transact } = services.store;
    await transact(Object.entries(settings).map(([key, value]) => update(keys.configuration(key), { set: { value } })));
  }

  /** Sets a portfolio's cash, and perhaps its value, to what no run could bring about. */
  async function drain(id: string, cash_available_cents: number, more: Partial<Portfolio> = {}): Promise<void> {
    await changePortfolio(services, id, { cash_available_cents, ...more });
  }

  async function run(): Promise<Run> {
    const started = await call("api/start-analysis");
    expect(started.status).toBe(202);
    const over = await settled(services, started.body.data.run_id);
    expect(over).toMatchObject({ status: "completed", exits_triggered: 0 });
    return over as Run;
  }

  async function portfolio(id: string): Promise<Portfolio> {
    const found = (await readPortfolios(services)).find((each) => each.id === id);
    if (!found) throw new Error(`there is no ${id}`);
    return found;
  }

  /** All positions as the API shows them, in the order of their ids. */
  async function positions(query: Record<string, string> = {}) {
    const { body } = await call("api/list-positions", { query });
    return body.data.toSorted((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1));
  }

  /** What GET /signals says became of the only signal, or of that of a ticker, in a portfolio. */
  async function inPortfolio(portfolio_id: string, ticker = "GME") {
    const { body } = await call("api/list-signals", { query: { portfolio_id, ticker } });
    const [{ position_opened, position_summary, skip_reason }] = body.data;
    return { position_opened, position_summary, skip_reason };
  }

  return {
    get stage() {
      return theatre.stage;
    },
    get services() {
      return services;
    },
    begin,
    moveTo,
    failBroker,
    configure,
    drain,
    run,
    portfolio,
    positions,
    inPortfolio,
  };
}
