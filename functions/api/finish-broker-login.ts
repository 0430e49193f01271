import * as z from "zod";
import { finishBrokerLogin } from "../../lib/access/broker-login.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { htmlPage } from "../../lib/http/params.ts";
import { resultPage } from "../../lib/http/result-page.ts";
import { loadServices } from "../../lib/services.ts";

// The broker adds what it likes. What is given twice, or is longer than an address can be, is as good as absent.
const word = z
  .string()
  .regex(/^[\x20-\x7e]{0,3000}$/)
  .optional()
  .catch(undefined);

export const handler = endpoint(
  {
    method: "GET",
    path: "/auth/schwab/callback",
    summary: "End the login at the broker",
    description: "Where the broker sends the browser after the consent. It answers with a page.",
    tag: "Broker login",
    query: z.looseObject({ code: word, state: word, error: word, error_description: word }),
    response: htmlPage,
    pages: { 422: "A page: the consent or its state is refused.", 502: "A page: the broker gave no tokens." },
    open: true,
    raw: "text/html",
  },
  loadServices,
  async ({ query }, services) => resultPage(await finishBrokerLogin(services, query)),
);
