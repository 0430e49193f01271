import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";
import { watchSystem } from "../../lib/system/watch.ts";

/** Hourly: what the alarms need and no event reports. */
export const handler = onEvent(loadServices, watchSystem);
