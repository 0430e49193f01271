import { brokerReplySchema, finishBrokerLogin } from "../../lib/access/broker-login.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { resultPage } from "../../lib/http/pages/result-page.ts";
import { htmlPage } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/auth/schwab/callback",
    summary: "End the login at the broker",
    description: "Where the broker sends the browser after the consent. It answers with a page.",
    tag: "Broker login",
    query: brokerReplySchema,
    response: htmlPage,
    pages: { 422: "A page: the consent or its state is refused.", 502: "A page: the broker gave no tokens." },
    open: true,
    raw: "text/html",
  },
  loadServices,
  async ({ query }, services) => resultPage(await finishBrokerLogin(services, query)),
);
