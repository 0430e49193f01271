import { type IndexKeys, keyIn } from "./key.ts";

/** Where the runs of one kind lie: the word of their items, of their list, and of those that are active. */
export interface RunPlaces {
  item: string;
  list: string;
  active: string;
  /** Lists them by their start, where ids do not tell which came first. */
  byStart?: true;
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
 * | places            | r#list#PLACES               | COUNT                  |                                             |
 * | run that waits    | r#list#WAITING              | started_at#id          |                                             |
 *
 * The index of the list is that of `byStart`, started_at#id, where ids do not tell which run came first.
 */
export function runKeys(realm: string, { item, list, active, byStart }: RunPlaces) {
  const key = keyIn(realm);
  return {
    run: (id: string) => key(`${item}#${id}`, "RUN"),
    runIndex: ({ id, started_at }: { id: string; started_at: string }): IndexKeys => ({
      gsi1pk: `${realm}#${list}`,
      gsi1sk: byStart ? `${started_at}#${id}` : id,
    }),
    runningIndex: (id: string): IndexKeys => ({ gsi2pk: `${realm}#${active}`, gsi2sk: id }),
    /** The counter of the list. */
    runCounter: list,
    runConfiguration: (id: string) => key(`${item}#${id}`, "CONFIGURATION"),
    phaseBegun: (id: string, number: number) => key(`${item}#${id}`, `BEGUN#${number}`),
    phaseDone: (id: string, phase: string) => key(`${item}#${id}`, `DONE#${phase}`),
    /** How many runs go on and how many wait. */
    places: () => key(`${list}#PLACES`, "COUNT"),
    /** In the order of their starts. */
    waiting: ({ id, started_at }: { id: string; started_at: string }) => key(`${list}#WAITING`, `${started_at}#${id}`),
    warning: (id: string, type: string, subject: string) => key(`${item}#${id}`, `WARNING#${type}#${subject}`),
  };
}
