import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { startBrokerLogin } from "../../lib/trading/broker-login.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/auth/schwab/login",
    summary: "The broker's consent page, to be opened in a browser within ten minutes.",
    response: z.object({ url: z.string() }),
    errors: ["NOT_READY"],
  },
  loadServices,
  async (_request, services) => ({ data: await startBrokerLogin(services) }),
);
