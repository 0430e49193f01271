import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams, noBody } from "../../lib/http/params.ts";
import { sendDeadLetter, sentAgainSchema } from "../../lib/notifications/dead-letters.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/webhooks/dead-letters/{id}/send",
    summary: "Send to the webhook again",
    description:
      "Sends the event now, under the same event id; once the receiver has taken it, it is no dead letter any more. Newer events may have been sent meanwhile.",
    tag: "Events",
    params: idParams,
    body: noBody,
    response: sentAgainSchema,
    errors: ["NOT_FOUND", "WEBHOOK_FAILED", "NOT_READY"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await sendDeadLetter(services, params.id) }),
);
