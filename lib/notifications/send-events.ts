import type { Webhook } from "../providers/webhook/client.ts";
import { iso } from "../runtime/dates.ts";
import { isAppError } from "../runtime/errors.ts";
import { type EventsRead, readEvents, type StoredEvent } from "../store/events.ts";
import { messageOf } from "./message.ts";
import type { Sending } from "./record.ts";
import { isNotified, nextTry, triesAtOnce } from "./rules.ts";
import type { NotificationServices } from "./services.ts";
import { deadLetterAction, goOn, readSending, releaseLease, takeLease } from "./stored.ts";

/** Events that are read at once. */
const pageSize = 100;
/** After this no further event is begun: what is left is for the next call, within the time that a function has. */
export const begunWithinMs = 30_000;

/** What a call did. */
export interface Sent {
  sent: number;
  givenUp: number;
}

/**
 * Sends the events that people are told of, in the order of their numbers and each at least once: one is done with when the
 * receiver has taken it or when it is given up, and only then does the next one follow. Who is killed between the sending
 * and writing that down has it sent again, under the same id. A second call meanwhile does nothing.
 */
export async function sendEvents(services: NotificationServices): Promise<Sent> {
  const webhook = await services.webhook();
  const done = { sent: 0, givenUp: 0 };
  if (!webhook) return done;
  const { store, clock, ids } = services;
  const holder = ids.uuid();
  if (!(await takeLease(store, holder, clock.now()))) return done;
  try {
    await sendAll(services, webhook, done);
  } finally {
    await releaseLease(store, holder);
  }
  return done;
}

async function sendAll(services: NotificationServices, webhook: Webhook, done: Sent): Promise<void> {
  const { store, clock } = services;
  const until = clock.now().getTime() + begunWithinMs;
  let sending = await readSending(store);
  if (isWaiting(sending, clock.now())) return;
  for (let isLast = false; !isLast; ) {
    const { events, newest, next } = await readOn(services, sending);
    for (const event of events.filter(isNotified)) {
      if (clock.now().getTime() > until) return;
      sending = await sendOne(services, webhook, { event, sending }, done);
      if (isWaiting(sending, clock.now())) return;
    }
    if (next > sending.after) sending = await goOn(store, sending, doneWith(next));
    isLast = next >= newest;
  }
}

function isWaiting({ not_before }: Sending, now: Date): boolean {
  return not_before !== null && not_before > iso(now);
}

async function readOn({ store, log }: NotificationServices, { after }: Sending): Promise<EventsRead> {
  const read = await readEvents(store, after, pageSize);
  // What was gone before anybody wanted to be told is no loss.
  if (read.missed && after > 0) log.error("events were gone before they could be sent", { after, next: read.next });
  return read;
}

/** Sends one event, and writes down what became of it. */
async function sendOne(
  services: NotificationServices,
  webhook: Webhook,
  { event, sending }: { event: StoredEvent; sending: Sending },
  done: Sent,
): Promise<Sending> {
  const { store, clock, log } = services;
  const problem = await problemOf(services, webhook, event);
  if (!problem) {
    const next = await goOn(store, sending, doneWith(event.id));
    done.sent++;
    return next;
  }
  const failures = sending.failures + 1;
  const notBefore = problem.isPassing ? nextTry(new Date(event.at), failures, clock.now()) : undefined;
  const fields = { eventId: event.id, type: event.type, failures, problem: problem.text };
  if (notBefore) {
    log.warn("a notification could not be sent, and is tried again", { ...fields, notBefore: iso(notBefore) });
    return goOn(store, sending, { after: event.id - 1, failures, not_before: iso(notBefore) });
  }
  log.error("a notification was given up", fields);
  const letter = deadLetterAction(store, event, problem.text, clock.now());
  const next = await goOn(store, sending, doneWith(event.id), letter);
  services.metrics.add("NotificationsGivenUp");
  done.givenUp++;
  return next;
}

function doneWith(eventId: number): Sending {
  return { after: eventId, failures: 0, not_before: null };
}

/** Why an event could not be sent, and whether that may pass; undefined where it was. */
async function problemOf({ config }: NotificationServices, webhook: Webhook, event: StoredEvent) {
  try {
    await webhook.send(messageOf(config.environment.REALM, event), triesAtOnce);
    return undefined;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { text: error.message, isPassing: error.retryable };
  }
}
