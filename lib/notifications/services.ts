import type { Webhook } from "../providers/webhook/client.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import type { Ids } from "../runtime/ids.ts";
import type { Log } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Store } from "../store/table.ts";

/** What people are told of events with. */
export interface NotificationServices {
  config: Config;
  store: Store;
  clock: Clock;
  ids: Ids;
  log: Log;
  metrics: Metrics;
  /** Undefined where no receiver is named. */
  webhook(): Promise<Webhook | undefined>;
}
