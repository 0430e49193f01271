import { resumedSchema, resumeTemplate } from "../../lib/desk/templates/change-template.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams, noBody } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/templates/{id}/resume",
    summary: "Resume a template",
    description: "From the next time on; those of the pause are not made up for.",
    tag: "Templates",
    params: idParams,
    body: noBody,
    response: resumedSchema,
    errors: ["NOT_FOUND", "TEMPLATE_EXPIRED"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await resumeTemplate(services, params.id) }),
);
