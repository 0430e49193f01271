import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { methods, methodsSchema } from "../../lib/system/methods.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/methods",
    summary: "What every statistic means",
    description: "Its definition and convention, what it is made of, and what it must not be read as.",
    tag: "Documentation",
    response: methodsSchema,
  },
  loadServices,
  async () => ({ data: methods }),
);
