import { readTemplate } from "../../lib/desk/templates/stored.ts";
import { templateViewSchema, toTemplateView } from "../../lib/desk/templates/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/templates/{id}",
    summary: "Get one template",
    description: "With the next five times at which it makes an order.",
    tag: "Templates",
    params: idParams,
    response: templateViewSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: toTemplateView(await readTemplate(services, params.id)) }),
);
