import * as z from "zod";
import { executionListSchema, listExecutions } from "../../lib/desk/templates/executions.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { wholeNumber } from "../../lib/http/pagination.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/templates/{id}/executions",
    summary: "List what came of a template",
    description: "Each time that was due or asked for, the latest first.",
    tag: "Templates",
    params: idParams,
    query: z.strictObject({ limit: wholeNumber(1, 500, 50) }),
    response: executionListSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params, query }, services) => ({ data: await listExecutions(services, params.id, query.limit) }),
);
