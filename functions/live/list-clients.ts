import { endpoint } from "../../lib/http/endpoint.ts";
import { readConnections } from "../../lib/live/connections.ts";
import { clientsSchema, toClients } from "../../lib/live/view.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/websocket/clients",
    summary: "List who is connected to the live feed",
    description: "Who came first comes first.",
    tag: "Live feed",
    response: clientsSchema,
  },
  loadServices,
  async (_request, services) => ({ data: toClients(await readConnections(services)) }),
);
