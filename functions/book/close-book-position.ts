import { closeDeskPosition } from "../../lib/desk/positions/close-position.ts";
import { closeErrors, closeOrderSchema, closeRequestSchema } from "../../lib/desk/positions/close-request.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/positions/{id}/close",
    summary: "Close a position of the desk",
    description: "By an order, or at once at a `price` of yours. Paper positions: `POST /positions/{id}/close`.",
    tag: "Desk",
    params: idParams,
    body: closeRequestSchema,
    idempotent: "close-book-position",
    status: 202,
    response: closeOrderSchema,
    errors: closeErrors,
  },
  loadServices,
  async ({ params, repeatable }, services) => ({ data: await closeDeskPosition(services, params.id, repeatable) }),
);
