import { expect } from "vitest";
import type { Run } from "../../lib/analysis/run.ts";
import { newYorkInstant } from "../../lib/calendar/trading-days.ts";
import type { Split } from "../../lib/providers/market/splits.ts";
import { openRealm } from "../../lib/realm/state.ts";
import type { Services } from "../../lib/services.ts";
import { priceBarSchema } from "../../lib/trading/market/bars.ts";
import {
  type OptionPosition,
  type PositionExit,
  positionExitSchema,
  type StockPosition,
} from "../../lib/trading/positions/record.ts";
import { readPortfolio, readPosition } from "../../lib/trading/positions/stored.ts";
import type { StandInRequest } from "../../localstack/standins/json-server.ts";
import { call, idleSummaries, type PhaseHandler } from "./cloud.ts";
import { dump } from "./dump.ts";
import { marketOf, type PriceOf } from "./market.ts";
import { useStage } from "./stage.ts";
import { optionOf, stockAt100 } from "./trading-seeds.ts";
import { settled } from "./waiting.ts";

/** Fifty shares bought at 100 on 2026-03-02 at 10:30: stop 90, target 115, and $95,000 left in cash. */
export function shares(changes: Partial<StockPosition> = {}): StockPosition {
  const { entry_date = "2026-03-02" } = changes;
  const opened = newYorkInstant(entry_date, "10:30").toISOString();
  const checked = { opened_at: opened, last_price_at: opened, last_checked_at: opened };
  return stockAt100(50, { entry_date, ...checked, target_allocation_cents: 500_000, ...changes });
}

/** Ten calls bought at 2.00 on 2026-03-02 at 10:30, strike 100, expiring 2026-03-20: stop 1, target 4, $98,000 left. */
export function calls(changes: Partial<OptionPosition> = {}): OptionPosition {
  const { entry_date = "2026-03-02" } = changes;
  const opened = newYorkInstant(entry_date, "10:30").toISOString();
  return optionOf({
    portfolio_id: "options_quality",
    entry_date,
    opened_at: opened,
    last_price_at: opened,
    last_checked_at: opened,
    position_size_cents: 200_000,
    premium_paid_cents: 200_000,
    target_allocation_cents: 200_000,
    entry_price: 2,
    last_price: 2,
    peak_premium: 2,
    contract_symbol: "GME   260320C00100000",
    strike_price: 100,
    contracts: 10,
    contracts_remaining: 10,
    ...changes,
  });
}

/** Dollars per share at candles of one day (0 begins at 09:30): 100 on other days, and on this one before the first. */
export function onDay(day: string, changes: Record<number, number>, otherwise = 100): PriceOf {
  const steps = Object.entries(changes).map(([candle, price]) => [Number(candle), price] as const);
  return (when, candle) => (when === day ? (steps.findLast(([from]) => candle >= from)?.[1] ?? otherwise) : otherwise);
}

/** Dollars per share by day; the last price given stays. */
export function byDay(prices: Record<string, number>): PriceOf {
  const days = Object.entries(prices);
  return (day) => days.findLast(([from]) => day >= from)?.[1] ?? 100;
}

/** What the broker answers about options: the mark, with bid and ask a cent around it, and more where a test says so. */
export function premiumsAre(marks: Record<string, number>, more: object = {}) {
  return ({ path, query }: StandInRequest) => {
    const asked = (query.get("symbols") ?? "").split(",").filter((symbol) => /[CP]00/.test(symbol));
    if (!path.endsWith("/quotes") || asked.length === 0) return undefined;
    const known = asked.filter((symbol) => marks[symbol] !== undefined);
    const quotes = known.map((symbol) => {
      const mark = marks[symbol] ?? 0;
      const quote = { mark, bidPrice: Math.max(0, mark - 0.01), askPrice: mark + 0.01, ...more };
      return [symbol, { symbol, assetMainType: "OPTION", quote }];
    });
    return { status: 200, body: JSON.stringify(Object.fromEntries(quotes)) };
  };
}

/**
 * Runs of which only MonitorPrices has something to do, each test in a realm of its own with positions and predictions
 * that it stores itself.
 */
export function useMonitoring(name: string) {
  let services: Services;
  let around: (handler: PhaseHandler, input: unknown) => Promise<unknown> = (handler, input) => handler(input);
  const runIds: string[] = [];
  const theatre = useStage(name, {
    around: (state, handler, input) =>
      state === "monitorPrices" ? around(handler, input) : Promise.resolve(idleSummaries[state] ?? handler(input)),
  });

  /** A fresh realm on the Monday of the openings, with the market a test needs. */
  async function begin(
    prices: Record<string, number | PriceOf>,
    splits: Record<string, Split[]> = {},
  ): Promise<Services> {
    services = theatre.enter();
    theatre.stage.cloud.time.now = new Date("2026-03-02T15:30:00Z");
    theatre.stage.scene.market = marketOf(prices, splits);
    around = (handler, input) => handler(input);
    runIds.length = 0;
    await openRealm(services);
    return services;
  }

  /** The realm's market time from now on: New York's clocks. */
  function moveTo(day: string, time = "10:30"): Services {
    const MARKET_CLOCK = newYorkInstant(day, time).toISOString();
    services = theatre.moveTo(services, MARKET_CLOCK);
    return services;
  }

  async function runAt(day: string, time = "10:30"): Promise<Run> {
    moveTo(day, time);
    const started = await call("api/start-analysis");
    const run = await settled(services, started.body.data.run_id);
    expect(run?.status).toBe("completed");
    runIds.push(started.body.data.run_id);
    return run as Run;
  }

  async function exitsOf(id: string): Promise<PositionExit[]> {
    const { keys, queryAll } = services.store;
    return queryAll({ pk: keys.position(id).pk, prefix: "EXIT#" }, positionExitSchema);
  }

  const bars = (ticker: string) =>
    services.store.queryAll({ pk: services.store.keys.dailyBar(ticker, "").pk }, priceBarSchema);

  return {
    get scene() {
      return theatre.stage.scene;
    },
    get cloud() {
      return theatre.stage.cloud;
    },
    get services() {
      return services;
    },
    begin,
    moveTo,
    runAt,
    exitsOf,
    bars,
    positionOf: (id: string) => readPosition(services, id),
    portfolioOf: (id: string) => readPortfolio(services, id),
    /** What stands between the machine and the phase, until the next test. */
    setAround(next: typeof around) {
      around = next;
    },
    /** Everything the realm holds, to compare. */
    contents: () => dump(services.store, services.config.environment.REALM, runIds),
  };
}
