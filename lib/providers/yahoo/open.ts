import type { Clock } from "../../runtime/clock.ts";
import type { Environment } from "../../runtime/config.ts";
import type { Log } from "../../runtime/logger.ts";
import type { Http } from "../calls/http.ts";
import type { RetryTools } from "../calls/retry.ts";
import type { DailyPrices } from "../market/market.ts";
import { createYahoo } from "./client.ts";

/** How long Yahoo is given for one answer. All four tries together stay below the time that an endpoint has. */
export const yahooPatienceMs = 3_000;

/** Yahoo as the environment says; it asks for no credentials. */
export function openYahoo(
  environment: Environment,
  tools: RetryTools & { http: Http; clock: Clock; log: Log },
): DailyPrices {
  return createYahoo(
    { baseUrl: environment.YAHOO_BASE_URL, standIn: environment.YAHOO_STAND_IN, timeoutMs: yahooPatienceMs },
    tools,
  );
}
