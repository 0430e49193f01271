import type { Broker, DailyPrices } from "../providers/market/market.ts";
import type { SchwabAuth, TokenVault } from "../providers/schwab/login.ts";
import type { RunServices } from "../runs/services.ts";

/** What paper trading needs beside the lifecycle. Providers are built at their first use, once. */
export interface TradingServices extends RunServices {
  broker(): Promise<Broker & { auth: SchwabAuth }>;
  dailyPrices(): Promise<DailyPrices>;
  tokenVault(): Promise<TokenVault>;
  /** The consent page that sends the browser back to the callback with `state`. */
  brokerConsentUrl(state: string): Promise<string>;
}
