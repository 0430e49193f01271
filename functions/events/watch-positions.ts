import { watchPositions } from "../../lib/desk/watch/watch-positions.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";

/** Every minute: what the desk holds is valued, and managed where the bot may. */
export const handler = onEvent(loadServices, watchPositions);
