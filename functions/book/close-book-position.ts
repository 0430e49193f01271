import { closeDeskPosition, closeOrderSchema, closeRequestSchema } from "../../lib/desk/positions/close-position.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/positions/{id}/close",
    summary: "Close a position of the desk",
    description: "By an order of priority `high`. A paper position is closed by `POST /positions/{id}/close`.",
    tag: "Desk",
    params: idParams,
    body: closeRequestSchema,
    idempotent: "close-book-position",
    status: 202,
    response: closeOrderSchema,
    errors: ["NOT_FOUND", "POSITION_ALREADY_CLOSED", "POSITION_NEEDS_REVIEW", "PRICE_UNAVAILABLE", "QUEUE_FULL"],
  },
  loadServices,
  async ({ params, repeatable }, services) => ({ data: await closeDeskPosition(services, params.id, repeatable) }),
);
