import { deskConfigSchema, readDeskConfig } from "../../lib/desk/engine/config.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/config",
    summary: "What the desk trades, and within which limits",
    description:
      "As long as the engine is not connected it trades nothing. `GET /config` lists the settings themselves.",
    tag: "Configuration",
    response: deskConfigSchema,
  },
  loadServices,
  async (_request, services) => ({ data: await readDeskConfig(services) }),
);
