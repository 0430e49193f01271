import { randomBytes } from "node:crypto";
import type { Right } from "../http/rights.ts";
import type { RunServices } from "../runs/services.ts";
import { iso } from "../runtime/dates.ts";
import { update } from "../store/actions.ts";
import { ifPresent } from "../store/expressions.ts";
import { apiKeySchema, checkNewKey, digestOf, type StoredApiKey } from "./authorizer.ts";

type KeyServices = Pick<RunServices, "store" | "clock" | "ids">;

/** A key nobody can guess: 43 visible characters. */
export function newApiKey(): string {
  return randomBytes(32).toString("base64url");
}

/** Stores the digest of a key, so that the key is valid from now on; a key that is known already stays as it is. */
export async function registerApiKey(
  { store, clock, ids }: KeyServices,
  key: string,
  label: string,
  rights: Right = "trade",
): Promise<StoredApiKey> {
  checkNewKey(key);
  const place = store.keys.apiKey(digestOf(key));
  const now = clock.now();
  await store.transact([
    update(place, {
      setIfAbsent: { id: ids.ulid(now.getTime()), label, rights, created_at: iso(now) },
      set: { revoked_at: null },
    }),
  ]);
  return (await store.get(place, apiKeySchema)) as StoredApiKey;
}

export async function listApiKeys({ store }: KeyServices): Promise<StoredApiKey[]> {
  return store.queryAll({ pk: store.keys.apiKey("").pk }, apiKeySchema);
}

/** Answers whether there was such a key. It is refused everywhere within a minute. */
export async function revokeApiKey(services: KeyServices, id: string): Promise<boolean> {
  const { store, clock } = services;
  const found = (await listApiKeys(services)).find((key) => key.id === id);
  if (!found) return false;
  const revoked = { set: { revoked_at: iso(clock.now()) } };
  await store.transact([update(store.keys.apiKey(found.sk), revoked, ifPresent())]);
  return true;
}
