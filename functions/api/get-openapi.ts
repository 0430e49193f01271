import { endpoint } from "../../lib/http/endpoint.ts";
import document from "../../lib/http/openapi.json" with { type: "json" };
import { anyObject } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/openapi.json",
    summary: "The API for machines",
    description: "This document, OpenAPI 3.1.",
    tag: "Documentation",
    response: anyObject,
    open: true,
    raw: "application/json",
  },
  loadServices,
  async () => ({ data: document }),
);
