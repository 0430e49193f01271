import type { Message } from "../providers/webhook/client.ts";
import type { StoredEvent } from "../store/events.ts";

/** An event as a webhook gets it: as in `GET /api/v1/events`, and with the realm, because each has numbers of its own. */
export function messageOf(realm: string, { id, type, at, channel, subject_id, data }: StoredEvent): Message {
  const eventId = `${realm}.${id}`;
  return { id: eventId, body: JSON.stringify({ event_id: eventId, realm, id, type, at, channel, subject_id, data }) };
}
