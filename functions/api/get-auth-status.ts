import { brokerStatusSchema, readBrokerStatus } from "../../lib/access/broker-login.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/auth/status",
    summary: "How long the login at the broker lasts",
    description: "The broker is not asked.",
    tag: "Broker login",
    response: brokerStatusSchema,
    errors: ["NOT_READY"],
  },
  loadServices,
  async (_request, services) => ({ data: await readBrokerStatus(services) }),
);
