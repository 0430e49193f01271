import { createSlots } from "../providers/calls/slots.ts";
import { chunked } from "../runtime/chunked.ts";
import { readNewest } from "../store/events.ts";
import { readConnections, removeConnection } from "./connections.ts";
import { type Delivered, deliver, type Pass } from "./deliver.ts";
import { readPages } from "./pages.ts";
import { type ConnectionCursor, connectionCursorSchema } from "./record.ts";
import type { LiveServices } from "./services.ts";
import { inTurn } from "./turn.ts";

/** Messages that are under way at once. */
const mostAtOnce = 25;
/** As many as the store writes in one call. */
const atOnceStored = 25;
/** How long one pass goes on beginning to send. Well below a turn, so that no turn ends under it. */
const passMs = 2_000;
/** For what one call does. What is left is for the next, which comes with the next change or within a minute. */
const mostPasses = 12;
/** Before another pass for a connection that is left alone, or that its gateway does not know yet. */
const pauseMs = 250;

/**
 * Sends every connection the events after the last one it was sent, in their order (spec orders 9.2). The feed follows
 * the numbers of the events and not the notices that something has changed: those may be lost, repeated and overtaken.
 */
export async function broadcast(services: LiveServices): Promise<{ connections: number; passes: number }> {
  for (let passes = 1; ; passes++) {
    const delivered = await inTurn(services, () => passOver(services));
    const states = new Set(delivered.map(({ state }) => state));
    const mustWait = states.has("paused") || states.has("unknown");
    if ((!mustWait && !states.has("unfinished")) || passes >= mostPasses)
      return { connections: delivered.length, passes };
    if (mustWait) await services.sleep(pauseMs);
  }
}

/** One look at all connections. Each goes on from where it was, as far as there is time. */
async function passOver(services: LiveServices): Promise<Delivered[]> {
  const { store, clock } = services;
  // In this order: who unsubscribed before an event came is not sent it, and no cursor is newer than its connection.
  const newest = await readNewest(store);
  const cursors = await readCursors(services);
  const connections = await readConnections(services);
  if (connections.length + cursors.size === 0) return [];

  const slots = createSlots(mostAtOnce);
  const peers = connections.length > 0 ? await services.peers() : undefined;
  const pass: Pass = {
    newest,
    until: clock.now().getTime() + passMs,
    now: () => clock.now(),
    pageAfter: readPages(store, newest),
    post: async (id, message) => slots.run(async () => peers?.post(id, message) ?? "gone"),
    log: services.log,
  };
  const delivered = await Promise.all(
    connections.map((connection) => deliver(pass, connection, cursors.get(connection.connection_id))),
  );
  await saveCursors(services, delivered);
  const known = new Set(connections.map(({ connection_id }) => connection_id));
  const gone = delivered.filter(({ state }) => state === "gone").map(({ cursor }) => cursor.connection_id);
  const left = [...cursors.keys()].filter((id) => !known.has(id));
  for (const id of [...gone, ...left]) await removeConnection(services, id);
  return delivered;
}

async function readCursors({ store }: LiveServices): Promise<Map<string, ConnectionCursor>> {
  const { pk } = store.keys.connectionCursor("");
  const cursors = await store.queryAll({ pk }, connectionCursorSchema);
  return new Map(cursors.map((cursor) => [cursor.connection_id, cursor]));
}

/** Side by side: the next event waits for this. */
async function saveCursors({ store }: LiveServices, delivered: readonly Delivered[]): Promise<void> {
  const changed = delivered.filter(({ isChanged, state }) => isChanged && state !== "gone");
  const items = changed.map(({ cursor }) => ({ ...store.keys.connectionCursor(cursor.connection_id), ...cursor }));
  await Promise.all(chunked(items, atOnceStored).map((chunk) => store.putMany(chunk)));
}
