import { sendEvents } from "../../lib/notifications/send-events.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";

/** Every minute, and when an execution ends: what people are told of goes to their webhook. */
export const handler = onEvent(loadServices, sendEvents);
