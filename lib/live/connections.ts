import { iso } from "../runtime/dates.ts";
import { AppError } from "../runtime/errors.ts";
import { put, remove, update } from "../store/actions.ts";
import { decideAnew } from "../store/decide-anew.ts";
import { readNewest } from "../store/events.ts";
import { ifUnchanged } from "../store/expressions.ts";
import type { Store } from "../store/table.ts";
import { initialSubscriptions } from "./channels.ts";
import { type Connection, connectionSchema } from "./record.ts";
import type { LiveServices } from "./services.ts";

/** Ten minutes more than a connection can last: the gateway tells of an end as best it can, and not surely. */
const longestSeconds = 2 * 3_600 + 600;

type Reading = Pick<LiveServices, "store" | "clock">;

/** A client has connected. What it is sent begins with what happens from now on. */
export async function openConnection(
  { store, clock }: Reading,
  client: Pick<Connection, "connection_id" | "client_id" | "api_key_id">,
): Promise<void> {
  const now = clock.now();
  const connection: Connection = {
    ...client,
    connected_at: iso(now),
    ...initialSubscriptions,
    after: await readNewest(store),
    resumes: 0,
    version: 0,
    ttl: Math.floor(now.getTime() / 1000) + longestSeconds,
  };
  await store.transact([put({ ...store.keys.connection(client.connection_id), ...connection })]);
}

/** Leaves no trace of a connection; one that is unknown is none the worse for it. */
export async function removeConnection({ store }: { store: Store }, id: string): Promise<void> {
  await store.transact([remove(store.keys.connection(id)), remove(store.keys.connectionCursor(id))]);
}

/** The connection with what its client wants of it now. Throws `NotFound` for one that is over. */
export async function changeConnection(
  services: Pick<LiveServices, "store" | "sleep" | "ids">,
  id: string,
  change: (connection: Connection) => Partial<Connection>,
): Promise<Connection> {
  const { store } = services;
  const place = store.keys.connection(id);
  return decideAnew(services, async () => {
    const before = await store.get(place, connectionSchema);
    if (!before) throw new AppError("NotFound", "NOT_FOUND", "This connection is over.");
    const after = { ...before, ...change(before), version: before.version + 1 };
    const { connection_id: _, ...set } = after;
    const outcome = await store.transact([update(place, { set }, ifUnchanged("version", before.version))]);
    return outcome.applied ? after : undefined;
  });
}

/** All there are. The table removes what has expired some days late, so time decides here. */
export async function readConnections({ store, clock }: Reading): Promise<Connection[]> {
  const { pk } = store.keys.connection("");
  const nowSeconds = clock.now().getTime() / 1000;
  return (await store.queryAll({ pk }, connectionSchema)).filter(({ ttl }) => ttl > nowSeconds);
}

/** How many clients the feed has. */
export async function countConnections(services: Reading): Promise<number> {
  return (await readConnections(services)).length;
}

/** Where the gateway has just started and knows nobody any more. */
export async function removeAllConnections(services: Reading): Promise<void> {
  for (const { connection_id } of await readConnections(services)) await removeConnection(services, connection_id);
}
