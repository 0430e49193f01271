import * as z from "zod";
import type { Clock, Sleep } from "../runtime/clock.ts";
import { iso } from "../runtime/dates.ts";
import { AppError } from "../runtime/errors.ts";
import type { Ids } from "../runtime/ids.ts";
import { type Action, put, update } from "./actions.ts";
import { ifUnchanged } from "./expressions.ts";
import type { Store, TransactionOutcome } from "./table.ts";

/*
 * Why events are numbered one after the other, by an item that each of them changes: a reader asks for what came after
 * the last one it has seen, and must never miss one. With ids made from clocks, on several machines, an event may be
 * committed after another whose id is greater: who has seen the greater one never asks for it. Here the number is taken
 * from `newest` on the condition that it is still the newest, in the transaction that writes the event: so N + 1 can
 * only be committed when N is, and there are no holes. The price is that the events of a realm are written one at a
 * time, and that who is overtaken reads and writes once more: nothing for the few a minute that runs report, and
 * enough for some tens a second.
 */

/** What kind of subject an event is about. */
export const channels = ["orders", "positions", "pnl", "alerts", "runs"] as const;
export type Channel = (typeof channels)[number];

/** Reports a change, as whoever made it tells it. */
export interface Report {
  channel: Channel;
  /** What happened to it, in the past tense: `run_started`. */
  type: string;
  /** The id of what has changed. */
  subject_id: string;
  /** What a client shows; small, and no secret. */
  data: Record<string, unknown>;
}

export const eventSchema = z.object({
  /** 1 for the first event of a realm, then one more each time, without holes. */
  id: z.number().int(),
  type: z.string(),
  at: z.string(),
  channel: z.enum(channels),
  subject_id: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type StoredEvent = z.infer<typeof eventSchema>;
const newestSchema = z.object({ newest: z.number().int() });

/** What has to be at hand to report something. */
interface Reporting {
  store: Store;
  clock: Clock;
  sleep: Sleep;
  ids: Ids;
}

const keptSeconds = 24 * 3_600;
/** Of n who report at once each is overtaken n - 1 times at most: this bounds what would never end. */
const tries = 100;
const longestPauseMs = 500;
const overtaken = "event overtaken";

/**
 * Applies the actions and reports them, all or nothing: a reader who sees the events sees the changes too. It answers as
 * `store.transact` does, with the refusals of `actions` alone, and replaces it where there is something to report; each
 * event counts as one action and all together as one more, of the hundred that a transaction holds.
 */
export async function transactReporting(
  { store, clock, sleep, ids }: Reporting,
  actions: readonly Action[],
  reports: readonly Report[],
): Promise<TransactionOutcome> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const newest = await readNewest(store);
    const outcome = await store.transact([...actions, ...eventActions(store, reports, newest, clock.now())]);
    if (outcome.applied) return outcome;
    const refusals = outcome.refusals.filter((refusal) => refusal !== overtaken);
    if (refusals.length > 0) return { applied: false, refusals };
    await sleep(ids.random() * Math.min(longestPauseMs, 10 * 2 ** attempt));
  }
  throw new AppError("StoreUnavailable", "DATABASE_ERROR", "Other events kept coming between.", { retryable: true });
}

function eventActions({ keys }: Store, reports: readonly Report[], newest: number, now: Date): Action[] {
  if (reports.length === 0) return [];
  const ttl = Math.floor(now.getTime() / 1000) + keptSeconds;
  const events = reports.map((report, index) => ({ id: newest + 1 + index, at: iso(now), ...report }));
  return [
    update(
      keys.newestEvent(),
      { set: { newest: newest + reports.length } },
      ifUnchanged("newest", newest === 0 ? undefined : newest, overtaken),
    ),
    ...events.map((event) => put({ ...keys.event(event.id), ...event, ttl })),
  ];
}

export interface EventsRead {
  events: StoredEvent[];
  /** The id of the newest event there is. */
  newest: number;
  /** After which id to go on reading. */
  next: number;
  /** Events between `after` and `next` that are not among these: they are no longer kept, or `after` was never given. */
  missed: boolean;
}

/** The events after one, the oldest first. Whoever goes on after `next` sees each of them once and in order. */
export async function readEvents(store: Store, after: number, limit: number): Promise<EventsRead> {
  // First, and nothing beyond it is read: what is committed during the reading could show without what came before it.
  const newest = await readNewest(store);
  if (after >= newest) return { events: [], newest, next: newest, missed: after > newest };
  const { pk, sk: from } = store.keys.event(after + 1);
  const { sk: to } = store.keys.event(newest);
  const { items: events, last } = await store.query({ pk, from, to, limit }, eventSchema);
  const next = last ? Number(last.sk) : newest;
  // The table removes what has expired in no order, and some days later: what is still there is answered.
  return { events, newest, next, missed: next - after > events.length };
}

/** The id of the newest event there is; 0 where there is none. */
export async function readNewest(store: Store): Promise<number> {
  return (await store.get(store.keys.newestEvent(), newestSchema))?.newest ?? 0;
}
