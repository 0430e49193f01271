import type { Clock } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import type { Store } from "../store/table.ts";

/** What a realm is read and changed with. */
export interface RealmServices {
  config: Config;
  store: Store;
  clock: Clock;
}
