import * as z from "zod";
import { positionsOfSymbolSchema, readByKey } from "../../lib/desk/positions/read-positions.ts";
import { bookPositionSchema } from "../../lib/desk/positions/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/positions/{id}",
    summary: "Get one position, or the open ones in a symbol",
    description: "The path's last part is tried as a position's id, then as a symbol.",
    tag: "Desk",
    params: idParams,
    response: z.union([bookPositionSchema, positionsOfSymbolSchema]),
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await readByKey(services, params.id) }),
);
