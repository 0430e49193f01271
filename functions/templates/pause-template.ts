import { pausedSchema, pauseTemplate } from "../../lib/desk/templates/change-template.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams, noBody } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/templates/{id}/pause",
    summary: "Pause a template",
    description: "No time falls due until it is resumed.",
    tag: "Templates",
    params: idParams,
    body: noBody,
    response: pausedSchema,
    errors: ["NOT_FOUND", "TEMPLATE_EXPIRED"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await pauseTemplate(services, params.id) }),
);
