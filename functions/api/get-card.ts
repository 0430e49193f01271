import { endpoint } from "../../lib/http/endpoint.ts";
import { card, cardSchema } from "../../lib/http/pages/card.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/",
    summary: "The API in a few words",
    description: "Name, version and where to read more. A browser, which accepts HTML, is sent to the dashboard.",
    tag: "Documentation",
    response: cardSchema,
    redirect: "A browser is sent to the dashboard.",
    open: true,
    raw: "application/json",
  },
  loadServices,
  async ({ headers }, { config }) => card(headers, config.environment.FEED_URL),
);
