import type { RealmServices } from "../realm/services.ts";
import type { Sleep } from "../runtime/clock.ts";
import type { Ids } from "../runtime/ids.ts";
import type { Telemetry } from "../runtime/invocation.ts";
import type { Log } from "../runtime/logger.ts";

/** What the lifecycle of runs needs; the whole of `services.ts` has it and more. */
export interface RunServices extends RealmServices, Telemetry {
  sleep: Sleep;
  ids: Ids;
  log: Log;
}
