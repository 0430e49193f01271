import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMeta, pageMetaSchema, pageQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";
import { listAuthors } from "../../lib/trading/authors/list.ts";
import { authorViewSchema } from "../../lib/trading/authors/view.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/authors",
    summary: "List the authors",
    description: "The most trusted first.",
    tag: "Authors",
    query: pageQuery({}),
    response: authorViewSchema.array(),
    meta: pageMetaSchema,
  },
  loadServices,
  async ({ query, apiKeyId }, services) => {
    const page = await listAuthors(services, { ...query, apiKeyId });
    return { data: page.items, meta: pageMeta(page, query) };
  },
);
