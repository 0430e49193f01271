import { orderViewSchema } from "../../lib/desk/orders/view.ts";
import { triggerTemplate } from "../../lib/desk/templates/trigger-template.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams, noBody } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/templates/{id}/trigger",
    summary: "Make a template's order now",
    description: "Beside its schedule. It counts as one of `max_executions`.",
    tag: "Templates",
    params: idParams,
    body: noBody,
    idempotent: "trigger-template",
    status: 201,
    response: orderViewSchema,
    errors: ["NOT_FOUND", "TEMPLATE_EXPIRED", "TEMPLATE_NOT_ACTIVE", "QUEUE_FULL", "NOT_READY"],
  },
  loadServices,
  async ({ params, repeatable }, services) => ({ data: await triggerTemplate(services, params.id, repeatable) }),
);
