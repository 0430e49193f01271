import { deletedSchema, deleteTemplate } from "../../lib/desk/templates/delete-template.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "DELETE",
    path: "/api/v1/templates/{id}",
    summary: "Delete a template",
    description: "The orders that it made stay.",
    tag: "Templates",
    params: idParams,
    response: deletedSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await deleteTemplate(services, params.id) }),
);
