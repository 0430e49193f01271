import { broadcast } from "../../lib/live/broadcast.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";

/** Whenever something was reported or a client connected; and every minute, so that nobody waits for a lost notice. */
export const handler = onEvent(loadServices, broadcast);
