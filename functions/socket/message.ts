import { answerMessage, socketEventSchema } from "../../lib/live/messages.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";

/** What it answers is sent to the client. */
export const handler = onEvent(loadServices, async (services, event) => {
  const { body, requestContext } = socketEventSchema.parse(event);
  const reply = await answerMessage(services, requestContext.connectionId, body ?? "");
  return { statusCode: 200, ...(reply && { body: JSON.stringify(reply) }) };
});
