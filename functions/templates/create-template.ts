import { createTemplate } from "../../lib/desk/templates/create-template.ts";
import { templateRequestSchema } from "../../lib/desk/templates/request.ts";
import { templateViewSchema } from "../../lib/desk/templates/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/api/v1/templates",
    summary: "Make a template",
    description: "An order that is made again and again. `next_executions` says when.",
    tag: "Templates",
    body: templateRequestSchema,
    idempotent: "create-template",
    status: 201,
    response: templateViewSchema,
  },
  loadServices,
  async ({ repeatable }, services) => ({ data: await createTemplate(services, repeatable) }),
);
