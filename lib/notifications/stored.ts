import { type Action, put, remove, update } from "../store/actions.ts";
import type { StoredEvent } from "../store/events.ts";
import { ifAbsentOrExpired, ifUnchanged, ifUnchangedOrAbsent } from "../store/expressions.ts";
import type { Store } from "../store/table.ts";
import { deadLetterSchema, type Sending, sendingSchema } from "./record.ts";

/** How long one who sends has others wait, should it never come to its end: longer than its function may take. */
export const leaseSeconds = 90;
const deadLettersKeptSeconds = 30 * 24 * 3_600;

const nothingSent: Sending = { after: 0, failures: 0, not_before: null };

/** How far sending has come; from the oldest event that is kept where nothing was ever sent. */
export async function readSending(store: Store): Promise<Sending> {
  return (await store.get(store.keys.webhookSending(), sendingSchema)) ?? nothingSent;
}

/** Writes how far sending has come, and with it what else belongs to that. Throws where it is no longer as it was read. */
export async function goOn(store: Store, read: Sending, next: Sending, ...also: Action[]): Promise<Sending> {
  const progress = update(store.keys.webhookSending(), { set: { ...next } }, ifUnchangedOrAbsent("after", read.after));
  const outcome = await store.transact([progress, ...also]);
  if (!outcome.applied) throw new Error("Somebody else sends events too.");
  return next;
}

/** Whether `holder` may send now: one at a time, because the order of events counts. */
export async function takeLease(store: Store, holder: string, now: Date): Promise<boolean> {
  const seconds = Math.floor(now.getTime() / 1000);
  const lease = { ...store.keys.webhookLease(), holder, ttl: seconds + leaseSeconds };
  return (await store.transact([put(lease, ifAbsentOrExpired(seconds))])).applied;
}

export async function releaseLease(store: Store, holder: string): Promise<void> {
  await store.transact([remove(store.keys.webhookLease(), ifUnchanged("holder", holder))]);
}

export function deadLetterAction({ keys }: Store, event: StoredEvent, problem: string, now: Date): Action {
  const ttl = Math.floor(now.getTime() / 1000) + deadLettersKeptSeconds;
  return put({ ...keys.deadLetter(event.id), ...event, problem, given_up_at: now.toISOString(), ttl });
}

export function readDeadLetter(store: Store, id: number) {
  return store.get(store.keys.deadLetter(id), deadLetterSchema);
}
