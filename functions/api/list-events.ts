import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { limitQuery, wholeNumber } from "../../lib/http/pagination.ts";
import { eventsMetaSchema, eventViewSchema, listEvents } from "../../lib/live/events.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/events",
    summary: "List what has changed since",
    description:
      "The events after the id `after`, the oldest first. Go on with `meta.next_after`, and you see each once and in order; `meta.missed` says where some are gone.",
    tag: "Events",
    query: z.strictObject({ after: wholeNumber(0, Number.MAX_SAFE_INTEGER, 0), ...limitQuery }),
    response: eventViewSchema.array(),
    meta: eventsMetaSchema,
  },
  loadServices,
  async ({ query }, services) => listEvents(services, query),
);
