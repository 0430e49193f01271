import { type IndexKeys, keyIn } from "./key.ts";

/** Where the runs of one kind lie: the word of their items, of their list, and of those that are active. */
export interface RunPlaces {
  item: string;
  list: string;
  active: string;
}

export type RunKeys = ReturnType<typeof runKeys>;

/**
 * The runs of one kind, for its product to spread.
 *
 * | what              | pk                          | sk                     | index: pk / sk                              |
 * | ----------------- | --------------------------- | ---------------------- | ------------------------------------------- |
 * | run               | r#item#id                   | RUN                    | gsi1 r#list / id · gsi2 r#active / id       |
 * | run configuration | r#item#id                   | CONFIGURATION          |                                             |
 * | phase begun       | r#item#id                   | BEGUN#phase number     |                                             |
 * | phase done        | r#item#id                   | DONE#state[#iteration] |                                             |
 * | warning           | r#item#id                   | WARNING#type#subject   |                                             |
 */
export function runKeys(realm: string, { item, list, active }: RunPlaces) {
  const key = keyIn(realm);
  return {
    run: (id: string) => key(`${item}#${id}`, "RUN"),
    runIndex: (id: string): IndexKeys => ({ gsi1pk: `${realm}#${list}`, gsi1sk: id }),
    runningIndex: (id: string): IndexKeys => ({ gsi2pk: `${realm}#${active}`, gsi2sk: id }),
    /** The counter of the list. */
    runCounter: list,
    runConfiguration: (id: string) => key(`${item}#${id}`, "CONFIGURATION"),
    phaseBegun: (id: string, number: number) => key(`${item}#${id}`, `BEGUN#${number}`),
    phaseDone: (id: string, phase: string) => key(`${item}#${id}`, `DONE#${phase}`),
    warning: (id: string, type: string, subject: string) => key(`${item}#${id}`, `WARNING#${type}#${subject}`),
  };
}
