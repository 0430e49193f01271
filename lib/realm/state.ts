import * as z from "zod";
import { defaultConfiguration } from "../configuration/keys.ts";
import { chunked } from "../runtime/chunked.ts";
import { iso } from "../runtime/dates.ts";
import { put } from "../store/actions.ts";
import { ensureCursorSecret } from "../store/cursors.ts";
import { ifAbsent } from "../store/expressions.ts";
import type { RealmServices } from "./services.ts";

/** What a realm remembers beside its runs. */
const realmStateSchema = z.object({
  initialized_at: z.string(),
  /** The latest market time any run reached: "now" for everything a trader would date. */
  market_time: z.string().optional(),
  /** The run that was started last; only it can be resumed. An index would lag behind. */
  newest_run_id: z.string().optional(),
  /** How many runs the scenario has given a day to. */
  scenario_runs: z.number().int().optional(),
  last_run_completed_at: z.string().optional(),
});
export type RealmState = z.infer<typeof realmStateSchema>;

const settingSchema = z.object({ sk: z.string(), value: z.string() });

/** With the state as many as one transaction holds; all keys that must be stored are among the first of them. */
const settingsWithState = 99;

/**
 * The realm's state; on the very first use it is created together with the default configuration, in
 * one transaction. A tuned value is never overwritten: a realm that exists is left as it is. Keys that do not fit in
 * follow; until then, and where that is refused because one of them was tuned, they stand for the same defaults.
 */
export async function openRealm(services: Pick<RealmServices, "store" | "clock">): Promise<RealmState> {
  const { store, clock } = services;
  const [existing] = await Promise.all([readRealm(services), ensureCursorSecret(store)]);
  if (existing) return existing;
  const now = iso(clock.now());
  const settings = Object.entries(defaultConfiguration()).map(([name, value]) => ({
    ...store.keys.configuration(name),
    ...{ value, updated_at: now },
  }));
  const [first = [], ...others] = chunked(settings, settingsWithState);
  const state = put({ ...store.keys.realmState(), initialized_at: now }, ifAbsent());
  const opened = await store.transact([state, ...first.map((setting) => put(setting))]);
  if (opened.applied) {
    for (const chunk of others) await store.transact(chunk.map((setting) => put(setting, ifAbsent())));
  }
  return (await readRealm(services)) ?? { initialized_at: now };
}

/** The realm's state, undefined before its first use. */
export async function readRealm(services: Pick<RealmServices, "store">): Promise<RealmState | undefined> {
  return services.store.get(services.store.keys.realmState(), realmStateSchema);
}

/** The stored configuration, key by key, as text. */
export async function readSettings({ store }: Pick<RealmServices, "store">): Promise<Record<string, string>> {
  const { pk } = store.keys.configuration("");
  const settings = await store.queryAll({ pk }, settingSchema);
  return Object.fromEntries(settings.map((setting) => [setting.sk, setting.value]));
}
