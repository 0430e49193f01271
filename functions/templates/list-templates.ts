import { listTemplates, templateFilters, templateListSchema } from "../../lib/desk/templates/list.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { pageQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/templates",
    summary: "List the templates",
    description: "The newest first.",
    tag: "Templates",
    query: pageQuery(templateFilters, { most: 1000, initial: 100 }),
    response: templateListSchema,
  },
  loadServices,
  async ({ query: { limit, offset, cursor, ...filters }, apiKeyId }, services) => ({
    data: await listTemplates(services, filters, { limit, offset, cursor, apiKeyId }),
  }),
);
