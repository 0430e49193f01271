import * as z from "zod";
import { feedChannels, subscribedTo } from "./channels.ts";
import type { Connection } from "./record.ts";

export const clientsSchema = z
  .object({
    clients: z
      .object({
        connection_id: z.string(),
        client_id: z.string().nullable(),
        connected_at: z.iso.datetime(),
        subscriptions: z.enum(feedChannels).array(),
      })
      .array(),
    count: z.number().int(),
  })
  .meta({ id: "FeedClients" });

/** Who is connected, who came first first. */
export function toClients(connections: readonly Connection[]): z.infer<typeof clientsSchema> {
  const clients = connections
    .toSorted((a, b) => (a.connected_at < b.connected_at ? -1 : 1))
    .map((connection) => {
      const { connection_id, client_id, connected_at } = connection;
      return { connection_id, client_id, connected_at, subscriptions: subscribedTo(connection) };
    });
  return { clients, count: clients.length };
}
