import { resetBreaker, resetRequestSchema, resetSchema } from "../../lib/desk/breaker/reset.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/circuit-breaker/reset",
    summary: "Let trading go on",
    description:
      "By a named person, and not before the cool-down is over. What waits in the queue then takes its turn.",
    tag: "Circuit breaker",
    body: resetRequestSchema,
    response: resetSchema,
    errors: ["BREAKER_COOLDOWN", "BREAKER_NOT_TRIPPED", "NOT_READY"],
  },
  loadServices,
  async ({ body, apiKeyId }, services) => ({ data: await resetBreaker(services, body, apiKeyId) }),
);
