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
  };
}
