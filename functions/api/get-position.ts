import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { readPosition } from "../../lib/trading/holdings.ts";
import { showPosition } from "../../lib/trading/position-lists.ts";
import { positionViewSchema } from "../../lib/trading/position-views.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/positions/{id}",
    summary: "Read one paper position",
    description: "With all its exits, the newest first.",
    tag: "Positions",
    params: idParams,
    response: positionViewSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({
    data: await showPosition(services, await readPosition(services, params.id)),
  }),
);
