import { eventNumber, keyIn } from "./key.ts";

/**
 * A realm and what every product uses of it.
 *
 * | what              | pk                          | sk                     |
 * | ----------------- | --------------------------- | ---------------------- |
 * | realm state       | r#REALM                     | STATE                  |
 * | configuration     | r#CONFIGURATION             | key                    |
 * | idempotency       | r#IDEMPOTENCY#operation     | digest of the key      |
 * | artifact chunk    | r#ARTIFACT#name             | CHUNK#number           |
 * | counter           | r#COUNTER                   | list                   |
 * | newest event      | r#EVENTS                    | NEWEST                 |
 * | event             | r#EVENTS                    | number                 |
 * | webhook sending   | r#WEBHOOK                   | SENDING                |
 * | webhook lease     | r#WEBHOOK                   | LEASE                  |
 * | dead letter       | r#DEAD_LETTERS              | number of the event    |
 */
export function realmKeys(realm: string) {
  const key = keyIn(realm);
  return {
    realmState: () => key("REALM", "STATE"),
    configuration: (name: string) => key("CONFIGURATION", name),
    idempotency: (operation: string, digest: string) => key(`IDEMPOTENCY#${operation}`, digest),
    artifactChunk: (name: string, number: number) =>
      key(`ARTIFACT#${name}`, `CHUNK#${String(number).padStart(4, "0")}`),
    counter: (list: string) => key("COUNTER", list),
    newestEvent: () => key("EVENTS", "NEWEST"),
    event: (number: number) => key("EVENTS", eventNumber(number)),
    webhookSending: () => key("WEBHOOK", "SENDING"),
    webhookLease: () => key("WEBHOOK", "LEASE"),
    deadLetter: (event: number) => key("DEAD_LETTERS", eventNumber(event)),
  };
}
