import type { Peers } from "../providers/aws/peers.ts";
import type { Clock, Sleep } from "../runtime/clock.ts";
import type { Ids } from "../runtime/ids.ts";
import type { Log } from "../runtime/logger.ts";
import type { Store } from "../store/table.ts";

/** What the live feed needs. */
export interface LiveServices {
  store: Store;
  clock: Clock;
  sleep: Sleep;
  ids: Ids;
  log: Log;
  peers(): Promise<Peers>;
}
