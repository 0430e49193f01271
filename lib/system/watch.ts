import { readBrokerStatus } from "../access/broker-login.ts";
import { isTradingDay, sessionEnd } from "../calendar/trading-days.ts";
import { readRealm } from "../realm/state.ts";
import { newYorkDay } from "../runtime/dates.ts";
import { round } from "../runtime/money.ts";
import type { TradingServices } from "../trading/services.ts";

const hourMs = 3_600_000;

/**
 * Measures what no event reports: a trading day that is over without a completed run, and how long the login at the
 * broker still lasts. Throws where one cannot be read, because an alarm that is not fed is silent.
 */
export async function watchSystem(services: TradingServices): Promise<void> {
  const { clock, metrics } = services;
  const now = clock.now();
  const realm = await readRealm(services);
  metrics.add("RunOverdue", isRunOverdue(now, realm?.last_run_completed_at) ? 1 : 0);
  const { refresh_token_expires_at: until } = await readBrokerStatus(services);
  if (until === null) return;
  const hours = (Date.parse(until) - now.getTime()) / hourMs;
  metrics.add("BrokerLoginHoursLeft", Math.max(0, round(hours, 2)));
}

/**
 * Whether today is a trading day in New York, its session has been over for an hour, and no run was completed since the day
 * began. An hour, because that is how long a run may take that began at the session's end.
 */
function isRunOverdue(now: Date, completedAt: string | undefined): boolean {
  const today = newYorkDay(now);
  if (!isTradingDay(today) || now.getTime() < sessionEnd(today).getTime() + hourMs) return false;
  return completedAt === undefined || newYorkDay(new Date(completedAt)) < today;
}
