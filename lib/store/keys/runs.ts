import { type IndexKeys, keyIn } from "./key.ts";

/**
 * A realm, its runs of whatever kind, and what every product uses.
 *
 * | what              | pk                          | sk                     | index: pk / sk                              |
 * | ----------------- | --------------------------- | ---------------------- | ------------------------------------------- |
 * | realm state       | r#REALM                     | STATE                  |                                             |
 * | configuration     | r#CONFIGURATION             | key                    |                                             |
 * | idempotency       | r#IDEMPOTENCY#operation     | digest of the key      |                                             |
 * | run               | r#RUN#id                    | RUN                    | gsi1 r#RUNS / id · gsi2 r#RUNNING / id      |
 * | run configuration | r#RUN#id                    | CONFIGURATION          |                                             |
 * | phase begun       | r#RUN#id                    | BEGUN#phase number     |                                             |
 * | phase done        | r#RUN#id                    | DONE#state[#iteration] |                                             |
 * | warning           | r#RUN#id                    | WARNING#type#subject   |                                             |
 * | artifact chunk    | r#ARTIFACT#name             | CHUNK#number           |                                             |
 * | counter           | r#COUNTER                   | list                   |                                             |
 * | newest event      | r#EVENTS                    | NEWEST                 |                                             |
 * | event             | r#EVENTS                    | number                 |                                             |
 */
export function runKeys(realm: string) {
  const key = keyIn(realm);
  return {
    realmState: () => key("REALM", "STATE"),
    configuration: (name: string) => key("CONFIGURATION", name),
    idempotency: (operation: string, digest: string) => key(`IDEMPOTENCY#${operation}`, digest),

    run: (id: string) => key(`RUN#${id}`, "RUN"),
    runIndex: (id: string): IndexKeys => ({ gsi1pk: `${realm}#RUNS`, gsi1sk: id }),
    runningIndex: (id: string): IndexKeys => ({ gsi2pk: `${realm}#RUNNING`, gsi2sk: id }),
    runConfiguration: (id: string) => key(`RUN#${id}`, "CONFIGURATION"),
    phaseBegun: (id: string, number: number) => key(`RUN#${id}`, `BEGUN#${number}`),
    phaseDone: (id: string, phase: string) => key(`RUN#${id}`, `DONE#${phase}`),
    warning: (id: string, type: string, subject: string) => key(`RUN#${id}`, `WARNING#${type}#${subject}`),

    artifactChunk: (name: string, number: number) =>
      key(`ARTIFACT#${name}`, `CHUNK#${String(number).padStart(4, "0")}`),
    counter: (list: string) => key("COUNTER", list),

    newestEvent: () => key("EVENTS", "NEWEST"),
    // As many digits as the greatest number has that is told from its neighbours.
    event: (number: number) => key("EVENTS", String(number).padStart(16, "0")),
  };
}
