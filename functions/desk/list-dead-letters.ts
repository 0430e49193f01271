import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { limitQuery, wholeNumber } from "../../lib/http/pagination.ts";
import { deadLettersMetaSchema, deadLetterViewSchema, listDeadLetters } from "../../lib/notifications/dead-letters.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/webhooks/dead-letters",
    summary: "List what the webhook did not get",
    description:
      "Events that the receiver refused, or did not take within half an hour, the oldest first; `problem` says why. They are kept for 30 days.",
    tag: "Events",
    query: z.strictObject({ after: wholeNumber(0, Number.MAX_SAFE_INTEGER - 1, 0), ...limitQuery }),
    response: deadLetterViewSchema.array(),
    meta: deadLettersMetaSchema,
  },
  loadServices,
  async ({ query }, services) => listDeadLetters(services, query),
);
