import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { showPosition } from "../../lib/trading/positions/list.ts";
import { readPosition } from "../../lib/trading/positions/stored.ts";
import { positionViewSchema } from "../../lib/trading/positions/view.ts";

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
