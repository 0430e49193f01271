import * as z from "zod";
import { channels, eventSchema, readEvents, type StoredEvent } from "../store/events.ts";
import type { Store } from "../store/table.ts";

/** A change as a client reads it. */
export const eventViewSchema = eventSchema
  .extend({
    id: z.number().int().describe("1 for the first event, then one more each time."),
    at: z.iso.datetime(),
    channel: z.enum(channels).describe("What kind of subject it is about."),
  })
  .meta({ id: "Event" });

export const eventsMetaSchema = z
  .object({
    newest: z.number().int().describe("The id of the newest event."),
    next_after: z.number().int().describe("Ask with this `after` for what comes next."),
    missed: z
      .boolean()
      .describe(
        "Between `after` and `next_after` there were events that are not in `data`: they are kept for a day only, or `after` is of another history. Read anew what you show.",
      ),
  })
  .meta({ id: "EventsMeta" });

/** The events after one, the oldest first, and from where to go on. */
export async function listEvents(
  { store }: { store: Store },
  { after, limit }: { after: number; limit: number },
): Promise<{ data: StoredEvent[]; meta: z.infer<typeof eventsMetaSchema> }> {
  const { events, newest, next, missed } = await readEvents(store, after, limit);
  return { data: events, meta: { newest, next_after: next, missed } };
}
