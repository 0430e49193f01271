import { changeTemplate } from "../../lib/desk/templates/change-template.ts";
import { templateChangesSchema } from "../../lib/desk/templates/request.ts";
import { templateViewSchema, toTemplateView } from "../../lib/desk/templates/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "PATCH",
    path: "/api/v1/templates/{id}",
    summary: "Change a template",
    description: "Only the fields that are sent. `null` clears `limit_price` and `notes`.",
    tag: "Templates",
    params: idParams,
    body: templateChangesSchema,
    response: templateViewSchema,
    errors: ["NOT_FOUND", "TEMPLATE_EXPIRED"],
  },
  loadServices,
  async ({ params, body }, services) => ({ data: toTemplateView(await changeTemplate(services, params.id, body)) }),
);
