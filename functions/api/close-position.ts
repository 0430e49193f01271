import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { closeAnswerSchema, closePosition, closeRequestSchema } from "../../lib/trading/positions/close-position.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/positions/{id}/close",
    summary: "Close a position by hand",
    description: "All of what remains or a fraction of it, at the live price.",
    tag: "Positions",
    params: idParams,
    body: closeRequestSchema,
    idempotent: "close",
    response: closeAnswerSchema,
    errors: ["NOT_FOUND", "POSITION_ALREADY_CLOSED", "PRICE_UNAVAILABLE"],
  },
  loadServices,
  async ({ params, repeatable }, services) => ({ data: await closePosition(services, params.id, repeatable) }),
);
