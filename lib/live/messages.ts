import * as z from "zod";
import { iso } from "../runtime/dates.ts";
import { isAppError } from "../runtime/errors.ts";
import { type FeedChannel, feedChannels, subscribe, subscribedTo, unsubscribe } from "./channels.ts";
import { changeConnection } from "./connections.ts";
import { errorFrame, type Frame, subscriptionFrame } from "./frames.ts";
import type { LiveServices } from "./services.ts";

/** What the gateway says of a message or an end. */
export const socketEventSchema = z.object({
  requestContext: z.object({ connectionId: z.string() }),
  body: z.string().nullish(),
});

const channel = z.enum(feedChannels);

/** What a client may say (spec orders 7.3). */
const messageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ping") }),
  z.object({ type: z.literal("pong") }),
  z.object({ type: z.literal("subscribe"), channel }),
  z.object({ type: z.literal("unsubscribe"), channel }),
  z.object({ type: z.literal("resume"), after: z.number().int().nonnegative() }),
]);
type Message = z.infer<typeof messageSchema>;

/** The reply to a client's message; undefined where there is none. Never throws: the connection stays open. */
export async function answerMessage(
  services: LiveServices,
  connectionId: string,
  text: string,
): Promise<Frame | undefined> {
  const now = iso(services.clock.now());
  const parsed = messageSchema.safeParse(jsonOf(text));
  if (!parsed.success) return errorFrame(now, "VALIDATION_ERROR", problemOf(parsed.error));
  try {
    return await answer(services, connectionId, parsed.data, now);
  } catch (error) {
    if (isAppError(error)) return errorFrame(now, error.code, error.message);
    services.log.error("a message of the feed failed", { connectionId, type: parsed.data.type, error });
    return errorFrame(now, "INTERNAL_ERROR", "An unexpected error occurred.");
  }
}

async function answer(services: LiveServices, id: string, message: Message, now: string): Promise<Frame | undefined> {
  switch (message.type) {
    case "ping":
      return { type: "pong", timestamp: now };
    case "pong":
      return undefined;
    case "subscribe": {
      const changed = await changeConnection(services, id, (before) => subscribe(before, message.channel));
      return subscriptionFrame("subscribed", now, told(message.channel, changed));
    }
    case "unsubscribe": {
      const changed = await changeConnection(services, id, (before) => unsubscribe(before, message.channel));
      return subscriptionFrame("unsubscribed", now, told(message.channel, changed));
    }
    case "resume":
      // Whoever broadcasts replies to this, in line with the events: so that what comes behind the reply is in order.
      await changeConnection(services, id, ({ resumes }) => ({ after: message.after, resumes: resumes + 1 }));
      return undefined;
  }
}

function told(channel: FeedChannel, changed: Parameters<typeof subscribedTo>[0]) {
  return { channel, channels: subscribedTo(changed) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf({ issues }: z.ZodError): string {
  const [{ path = [], message = "" } = {}] = issues;
  if (path.length === 0) return 'A message is a JSON object with a "type".';
  if (path[0] === "type") return "type: must be ping, pong, subscribe, unsubscribe or resume";
  return `${path.join(".")}: ${message}`;
}
