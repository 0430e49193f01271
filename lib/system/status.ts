import * as z from "zod";
import { analysisRun } from "../analysis/run.ts";
import { configurationKeys, readValue } from "../configuration/keys.ts";
import { marketNow } from "../realm/market-time.ts";
import { readRealm, readSettings } from "../realm/state.ts";
import { readLock } from "../runs/lock.ts";
import type { RunServices } from "../runs/services.ts";
import { daysBetween, utcDay } from "../runtime/dates.ts";
import { portfolioSchema } from "../trading/positions/record.ts";

export const systemStatusSchema = z
  .object({
    phase: z.string(),
    emergence_active: z.boolean(),
    emergence_days_remaining: z.number().int(),
    open_position_count: z.number().int(),
    last_run_completed_at: z.string().nullable(),
    active_run_id: z.string().nullable(),
  })
  .meta({ id: "SystemStatus" });

const openPositionsSchema = portfolioSchema.pick({ open_position_ids: true });

/** `GET /status` (spec api 9). */
export async function readSystemStatus(services: Pick<RunServices, "store" | "config" | "clock">) {
  const { store, config, clock } = services;
  const [realm, settings, lock, portfolios] = await Promise.all([
    readRealm(services),
    readSettings(services),
    readLock(analysisRun, services),
    store.queryAll({ pk: store.keys.portfolio("").pk }, openPositionsSchema),
  ]);
  const holder = lock && (await store.get(store.keys.run(lock.run_id), analysisRun.record));
  const today = utcDay(marketNow(config.marketClock, realm, clock));
  const start = settings.system_start_date;
  const days = start === undefined ? 0 : Math.max(0, daysBetween(start, today));
  const warmUpDays = warmUpOf(settings);
  return {
    phase: settings.phase ?? "paper_trading",
    emergence_active: days >= warmUpDays,
    emergence_days_remaining: Math.max(0, warmUpDays - days),
    open_position_count: portfolios.flatMap(({ open_position_ids }) => open_position_ids).length,
    last_run_completed_at: realm?.last_run_completed_at ?? null,
    active_run_id: holder?.status === "running" ? holder.id : null,
  };
}

/** History that is needed before a ticker can be called new [D20]: as much as runs look at. */
function warmUpOf({ emergence_window_days: stored }: Readonly<Record<string, string>>): number {
  const { initial } = configurationKeys.emergence_window_days;
  const read = readValue("emergence_window_days", stored ?? initial);
  // A status is shown whatever is stored; what is no number ends the next run with a word about it.
  return Number(read.problem === undefined ? read.value : initial);
}
