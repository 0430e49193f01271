import * as z from "zod";
import { bookFilters, bookListSchema, listBookPositions } from "../../lib/desk/positions/read-positions.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { positionQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/positions",
    summary: "List the positions of both books",
    description: "Those that orders made (`desk`) and those that the analyses opened in their portfolios (`paper`).",
    tag: "Desk",
    query: z.strictObject({ ...positionQuery.shape, ...bookFilters }),
    response: bookListSchema,
  },
  loadServices,
  async ({ query: { limit, offset, ...filters } }, services) => ({
    data: await listBookPositions(services, filters, { limit, offset }),
  }),
);
