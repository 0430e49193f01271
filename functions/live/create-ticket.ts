import { endpoint } from "../../lib/http/endpoint.ts";
import { noBody } from "../../lib/http/params.ts";
import { createTicket, ticketSchema } from "../../lib/live/tickets.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/ws-tickets",
    summary: "Get a ticket for the live feed",
    description:
      "For browsers, which can send no header when they connect: `wss://…/ws?ticket=…`, once and within a minute.",
    tag: "Live feed",
    // Who may only look may listen too.
    right: "read",
    body: noBody,
    status: 201,
    response: ticketSchema,
  },
  loadServices,
  async ({ apiKeyId }, services) => ({ data: await createTicket(services, apiKeyId) }),
);
