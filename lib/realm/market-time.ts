import { newYorkInstant, tradingDayFrom } from "../calendar/trading-days.ts";
import type { Clock } from "../runtime/clock.ts";
import type { MarketClock } from "../runtime/config.ts";
import type { RealmServices } from "./services.ts";
import { type RealmState, readRealm } from "./state.ts";

/**
 * The fixed market time of a run that starts now: null in a live run, whose phases each write their own;
 * a replay's own instant; in the scenario the next trading day at 10:30 New York.
 */
export function marketTimeOfNewRun(marketClock: MarketClock, state: RealmState): Date | null {
  switch (marketClock.kind) {
    case "wall":
      return null;
    case "fixed":
      return marketClock.at;
    case "scenario":
      return newYorkInstant(tradingDayFrom(marketClock.firstDay, state.scenario_runs ?? 0), "10:30");
  }
}

/** "Now" for a trader between runs: the wall in a live realm, else the latest time a run of this clock has reached. */
export function marketNow(marketClock: MarketClock, state: RealmState | undefined, clock: Clock): Date {
  switch (marketClock.kind) {
    case "wall":
      return clock.now();
    case "fixed":
      return marketClock.at;
    case "scenario":
      return state?.market_time
        ? new Date(state.market_time)
        : newYorkInstant(tradingDayFrom(marketClock.firstDay, 0), "10:30");
  }
}

/** `marketNow` of the realm as it is stored. */
export async function readMarketTime(services: RealmServices): Promise<Date> {
  return marketNow(services.config.marketClock, await readRealm(services), services.clock);
}
