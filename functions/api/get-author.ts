import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { readAuthorDetail } from "../../lib/trading/authors/list.ts";
import { authorDetailSchema, authorParams } from "../../lib/trading/authors/view.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/authors/{name}",
    summary: "Read one author",
    description:
      "Their trust, and what following each of their predictions would have come to. Definitions: GET /methods.",
    tag: "Authors",
    params: authorParams,
    response: authorDetailSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await readAuthorDetail(services, params.name) }),
);
