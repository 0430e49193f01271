import { sweepRuns } from "../../lib/runs/reconcile.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";

/** Every five minutes, and once at the start of the local stack. */
export const handler = onEvent(loadServices, sweepRuns);
