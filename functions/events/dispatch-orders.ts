import { dispatchQueue } from "../../lib/desk/execution/dispatch-orders.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";

/** Every minute, so that nothing waits for a lost trigger. */
export const handler = onEvent(loadServices, dispatchQueue);
