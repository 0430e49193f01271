import { keyIn } from "./key.ts";

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
    // As many digits as the greatest number has that is told from its neighbours.
    event: (number: number) => key("EVENTS", String(number).padStart(16, "0")),
  };
}
