import type { Executions } from "../providers/aws/executions.ts";
import type { Clock, Sleep } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import type { Ids } from "../runtime/ids.ts";
import type { Telemetry } from "../runtime/invocation.ts";
import type { Log } from "../runtime/logger.ts";
import type { Store } from "../store/table.ts";

/** What the lifecycle of runs needs; the whole of `services.ts` has it and more. */
export interface RunServices extends Telemetry {
  config: Config;
  store: Store;
  executions: Executions;
  clock: Clock;
  sleep: Sleep;
  ids: Ids;
  log: Log;
}
