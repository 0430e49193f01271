import { keyIn } from "./key.ts";

/**
 * The live feed. What a client says of itself and how far it has been served are two items, because each has one writer.
 *
 * | what              | pk                          | sk                     |
 * | ----------------- | --------------------------- | ---------------------- |
 * | connection        | r#CONNECTIONS               | connection id          |
 * | how far it is     | r#CONNECTION_CURSORS        | connection id          |
 * | who broadcasts    | r#FEED                      | TURN                   |
 * | ticket            | r#FEED_TICKETS              | digest of the ticket   |
 */
export function liveKeys(realm: string) {
  const key = keyIn(realm);
  return {
    connection: (id: string) => key("CONNECTIONS", id),
    connectionCursor: (id: string) => key("CONNECTION_CURSORS", id),
    feedTurn: () => key("FEED", "TURN"),
    feedTicket: (digest: string) => key("FEED_TICKETS", digest),
  };
}
