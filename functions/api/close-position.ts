import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { closeAnswerSchema, closePosition, closeRequestSchema } from "../../lib/trading/close-position.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/positions/{id}/close",
    summary: "Close an open position by hand, all of what remains or a fraction of it, at the live price.",
    params: idParams,
    body: closeRequestSchema,
    response: closeAnswerSchema,
    errors: ["NOT_FOUND", "POSITION_ALREADY_CLOSED", "PRICE_UNAVAILABLE", "IDEMPOTENCY_MISMATCH"],
  },
  loadServices,
  async ({ params, body, apiKeyId, idempotencyKey }, services) => {
    const request = { operation: `close#${params.id}`, key: idempotencyKey, apiKeyId, body };
    return { data: await closePosition(services, params.id, request) };
  },
);
