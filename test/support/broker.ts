import { createHttp, type Http } from "../../lib/providers/calls/http.ts";
import { createSchwab, type SchwabSettings } from "../../lib/providers/schwab/client.ts";
import type { BrokerTokens, TokenVault } from "../../lib/providers/schwab/login.ts";
import { noMetrics } from "../../lib/runtime/metrics.ts";
import { recordedLog } from "./recorded-log.ts";

export const wallStart = "2026-11-20T10:00:00.000Z";

/** Good for everything at `wallStart`. */
export const freshTokens: BrokerTokens = {
  access_token: "access-1",
  refresh_token: "stand-in-refresh",
  expires_at: "2026-11-20T10:30:00.000Z",
  refresh_expires_at: "2026-11-27T10:00:00.000Z",
};

/** Keeps tokens in memory and remembers how they were changed. */
export function memoryVault(tokens: BrokerTokens | null): TokenVault & { tokens: BrokerTokens | null; reads: number } {
  const vault = {
    tokens,
    reads: 0,
    read: async () => {
      vault.reads++;
      return vault.tokens;
    },
    rotate: async (previous: BrokerTokens | null, next: BrokerTokens) => {
      if (JSON.stringify(previous) !== JSON.stringify(vault.tokens)) return false;
      vault.tokens = next;
      return true;
    },
  };
  return vault;
}

/** The real client on a clock that only its own waits move. */
export function schwabClient(
  baseUrl: string,
  options: { vault?: ReturnType<typeof memoryVault>; settings?: Partial<SchwabSettings>; http?: Http } = {},
) {
  const log = recordedLog();
  const waits: number[] = [];
  const time = { now: Date.parse(wallStart) };
  const vault = options.vault ?? memoryVault({ ...freshTokens, expires_at: wallStart });
  const schwab = createSchwab(
    {
      baseUrl,
      clientId: "client",
      clientSecret: "canary-secret-4711",
      callbackUrl: "https://127.0.0.1/callback",
      standIn: true,
      timeoutMs: 5_000,
      ...options.settings,
    },
    {
      http: options.http ?? createHttp(log),
      clock: { now: () => new Date(time.now) },
      sleep: async (ms) => {
        waits.push(ms);
        time.now += ms;
      },
      random: () => 0,
      log,
      metrics: noMetrics,
      vault,
    },
  );
  return { schwab, vault, waits, time, log };
}
