import { type Configuration, defaultConfiguration, readConfiguration } from "../configuration/keys.ts";
import { iso, newYorkDay } from "../runtime/dates.ts";
import { marketNow } from "./market-time.ts";
import type { RealmServices } from "./services.ts";
import { readRealm, readSettings } from "./state.ts";

/** When somebody trades outside of a run, and by which configuration. */
export interface MarketMoment {
  marketTime: Date;
  /** The market time, ISO-8601 UTC. */
  now: string;
  /** Its New York day. */
  today: string;
  settings: Configuration;
}

/** The realm's market time and stored configuration; before its first use the default one. */
export async function readMoment(services: RealmServices): Promise<MarketMoment> {
  const [realm, stored] = await Promise.all([readRealm(services), readSettings(services)]);
  const marketTime = marketNow(services.config.marketClock, realm, services.clock);
  const settings = readConfiguration(realm ? stored : defaultConfiguration());
  return { marketTime, now: iso(marketTime), today: newYorkDay(marketTime), settings };
}
