import * as z from "zod";
import { startBrokerLogin } from "../../lib/access/broker-login.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/auth/schwab/login",
    summary: "Begin the login at the broker",
    description: "Answers the consent page, to be opened in a browser within ten minutes.",
    tag: "Broker login",
    // It begins what ends with the broker trusting this deployment.
    right: "trade",
    response: z.object({ url: z.string() }).meta({ id: "BrokerLogin" }),
    errors: ["NOT_READY"],
  },
  loadServices,
  async (_request, services) => ({ data: await startBrokerLogin(services) }),
);
