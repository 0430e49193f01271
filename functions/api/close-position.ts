import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { closeAnswerSchema, closePosition, closeRequestSchema } from "../../lib/trading/positions/close-position.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/positions/{id}/close",
    summary: "Close a position by hand",
    description:
      "All of what remains or a fraction of it, at the live price. Where the market has none (a halted or delisted " +
      "security) name a `price`; where it has one, that is refused with 409. A source that does not answer has not said " +
      "that there is none: 503, try later. A position that needs review is closed at a named price only, at any time.",
    tag: "Positions",
    params: idParams,
    body: closeRequestSchema,
    idempotent: "close",
    response: closeAnswerSchema,
    errors: ["NOT_FOUND", "POSITION_ALREADY_CLOSED", "POSITION_NEEDS_REVIEW", "MARKET_HAS_PRICE", "PRICE_UNAVAILABLE"],
  },
  loadServices,
  async ({ params, repeatable }, services) => ({ data: await closePosition(services, params.id, repeatable) }),
);
