import { breakerViewSchema, showBreaker } from "../../lib/desk/breaker/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/circuit-breaker",
    summary: "Whether trading is allowed",
    description: "While it is halted orders are accepted and checked, and wait in the queue; those that execute go on.",
    tag: "Circuit breaker",
    response: breakerViewSchema,
  },
  loadServices,
  async (_request, services) => ({ data: await showBreaker(services) }),
);
