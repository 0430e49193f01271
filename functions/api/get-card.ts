import { card, cardSchema } from "../../lib/http/card.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/",
    summary: "The API's card.",
    response: cardSchema,
    redirect: "A browser is sent to the dashboard.",
    open: true,
    raw: "application/json",
  },
  loadServices,
  async ({ headers }) => card(headers),
);
