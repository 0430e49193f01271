import { type IndexKeys, keyIn } from "./key.ts";

/**
 * What the desk's orders have made.
 *
 * | what              | pk                          | sk                     | index: pk / sk                              |
 * | ----------------- | --------------------------- | ---------------------- | ------------------------------------------- |
 * | desk position     | r#DESK_POSITION#id          | POSITION               | gsi1 r#DESK_POSITIONS / id                  |
 * | open desk position | r#DESK                     | OPEN#id                |                                             |
 * | desk account      | r#DESK                      | ACCOUNT                |                                             |
 * | equity at a day's open | r#EQUITY               | day                    |                                             |
 */
export function deskKeys(realm: string) {
  const key = keyIn(realm);
  return {
    deskPosition: (id: string) => key(`DESK_POSITION#${id}`, "POSITION"),
    deskPositionIndex: (id: string): IndexKeys => ({ gsi1pk: `${realm}#DESK_POSITIONS`, gsi1sk: id }),
    /** Names an open position where it can be read strongly. */
    openDeskPosition: (id: string) => key("DESK", `OPEN#${id}`),
    deskAccount: () => key("DESK", "ACCOUNT"),
    equityAtOpen: (day: string) => key("EQUITY", day),
  };
}
