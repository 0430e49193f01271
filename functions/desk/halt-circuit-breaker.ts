import { haltBreaker, haltedSchema, haltRequestSchema } from "../../lib/desk/breaker/halt.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/circuit-breaker/halt",
    summary: "Halt all trading of the desk",
    description: "It works whatever the state is. Where trading is halted already, the first reason and its time stay.",
    tag: "Circuit breaker",
    body: haltRequestSchema,
    response: haltedSchema,
  },
  loadServices,
  async ({ body, apiKeyId }, services) => ({ data: await haltBreaker(services, body, apiKeyId) }),
);
