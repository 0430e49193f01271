import { removeConnection } from "../../lib/live/connections.ts";
import { socketEventSchema } from "../../lib/live/messages.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";

export const handler = onEvent(loadServices, async (services, event) => {
  await removeConnection(services, socketEventSchema.parse(event).requestContext.connectionId);
  return { statusCode: 200 };
});
