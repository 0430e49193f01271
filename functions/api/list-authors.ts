import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMeta, pageMetaSchema, pageQuery } from "../../lib/http/pagination.ts";
import { loadServices } from "../../lib/services.ts";
import { listAuthors } from "../../lib/trading/authors/list.ts";
import { authorOrder, authorViewSchema, skillsMetaSchema } from "../../lib/trading/authors/view.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/authors",
    summary: "List the authors",
    description: "The most trusted or, with `sort=skill`, the most skilled first, as the last run ranked them.",
    tag: "Authors",
    query: pageQuery(authorOrder),
    response: authorViewSchema.array(),
    meta: pageMetaSchema.extend({ skills: skillsMetaSchema }),
  },
  loadServices,
  async ({ query, apiKeyId }, services) => {
    const { page, skills } = await listAuthors(services, { ...query, apiKeyId });
    return { data: page.items, meta: { ...pageMeta(page, query), skills } };
  },
);
