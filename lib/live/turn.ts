import { AppError } from "../runtime/errors.ts";
import { put, remove } from "../store/actions.ts";
import { ifAbsentOrExpired, ifUnchanged } from "../store/expressions.ts";
import type { LiveServices } from "./services.ts";

/** After this a turn is over, whoever has it: they may be gone. */
const longestSeconds = 10;
/** Together longer than a turn. */
const tries = 150;
const pauseMs = 100;

/**
 * Does the work while nobody else is at it: of two that post to one connection at once, the later event could overtake.
 * Waits for its turn. Throws `StoreUnavailable` where it never comes.
 */
export async function inTurn<T>(services: LiveServices, work: () => Promise<T>): Promise<T> {
  const { store, ids } = services;
  const place = store.keys.feedTurn();
  const holder = ids.uuid();
  await take(services, holder);
  try {
    return await work();
  } finally {
    await store.transact([remove(place, ifUnchanged("holder", holder))]);
  }
}

async function take({ store, clock, ids, sleep }: LiveServices, holder: string): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const now = Math.floor(clock.now().getTime() / 1000);
    const turn = { ...store.keys.feedTurn(), holder, ttl: now + longestSeconds };
    if ((await store.transact([put(turn, ifAbsentOrExpired(now))])).applied) return;
    await sleep(pauseMs * (0.5 + ids.random()));
  }
  throw new AppError("StoreUnavailable", "DATABASE_ERROR", "Others kept broadcasting.", { retryable: true });
}
