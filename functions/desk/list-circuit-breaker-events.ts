import { breakerEventsSchema, listBreakerEvents } from "../../lib/desk/breaker/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/circuit-breaker/events",
    summary: "List what halted trading, and who let it go on",
    description: "The last hundred events, the newest first.",
    tag: "Circuit breaker",
    response: breakerEventsSchema,
  },
  loadServices,
  async (_request, services) => ({ data: await listBreakerEvents(services) }),
);
