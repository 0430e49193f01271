import * as z from "zod";
import { defaultConfiguration } from "../configuration/keys.ts";
import {
  describeSettings,
  relatedKeys,
  type Setting,
  type StoredSetting,
  settingTexts,
} from "../configuration/settings.ts";
import { iso } from "../runtime/dates.ts";
import { AppError, invalidRequest } from "../runtime/errors.ts";
import { type Action, check, put } from "../store/actions.ts";
import { ifUnchanged } from "../store/expressions.ts";
import type { RealmServices } from "./services.ts";
import { openRealm } from "./state.ts";

type Stored = Record<string, StoredSetting>;

/** How often a change is tried when related values change in between. */
const changeRetries = 8;

const itemSchema = z.object({ sk: z.string(), value: z.string(), updated_at: z.string().nullable().default(null) });

/** The whole configuration, key by key; before the realm's first use its defaults. */
export async function listSettings(services: Pick<RealmServices, "store">): Promise<Setting[]> {
  const stored = await readStored(services);
  if (Object.keys(stored).length > 0) return describeSettings(stored);
  const defaults = Object.entries(defaultConfiguration());
  return describeSettings(Object.fromEntries(defaults.map(([key, value]) => [key, { value, updated_at: null }])));
}

/**
 * Changes values of the configuration together, or none of them. A run that is under way keeps what it started with.
 * What cannot be stored side by side never is, however many change it at once. Throws `VALIDATION_ERROR` that names
 * the keys.
 */
export async function changeSettings(
  services: Pick<RealmServices, "store" | "clock">,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  await openRealm(services);
  for (let tries = 0; tries < changeRetries; tries++) {
    const stored = await readStored(services);
    const current = Object.fromEntries(Object.entries(stored).map(([key, { value }]) => [key, value]));
    const { texts, problems } = settingTexts(current, values);
    if (problems.length > 0) throw invalidRequest(problems);
    const outcome = await services.store.transact(changeActions(services, texts, stored));
    if (outcome.applied) return;
  }
  throw new AppError("StoreUnavailable", "DATABASE_ERROR", "The setting could not be changed; please try again.", {
    retryable: true,
  });
}

/** The new values, and that those they were checked against are still the same. */
function changeActions(
  { store, clock }: Pick<RealmServices, "store" | "clock">,
  texts: Record<string, string>,
  stored: Stored,
): Action[] {
  const now = iso(clock.now());
  return [
    ...Object.entries(texts).map(([key, value]) => put({ ...store.keys.configuration(key), value, updated_at: now })),
    ...relatedKeys(Object.keys(texts)).map((key) =>
      check(store.keys.configuration(key), ifUnchanged("value", stored[key]?.value)),
    ),
  ];
}

async function readStored({ store }: Pick<RealmServices, "store">): Promise<Stored> {
  const items = await store.queryAll({ pk: store.keys.configuration("").pk }, itemSchema);
  return Object.fromEntries(items.map(({ sk, ...setting }) => [sk, setting]));
}
