import type { Store } from "../store/table.ts";

/** How many clients follow the live feed. Throws where their table does not answer. */
export async function countConnections({ store }: { store: Store }): Promise<number> {
  return (await store.count({ pk: store.keys.feedConnections().pk })).total;
}
