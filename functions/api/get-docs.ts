import { endpoint } from "../../lib/http/endpoint.ts";
import document from "../../lib/http/openapi.json" with { type: "json" };
import { docsPage } from "../../lib/http/pages/docs-page.ts";
import { htmlPage } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

const page = docsPage(document);

export const handler = endpoint(
  {
    method: "GET",
    path: "/docs",
    summary: "The API to read",
    description: "This document as a page for people, on which an operation can be tried with a key of one's own.",
    tag: "Documentation",
    response: htmlPage,
    open: true,
    raw: "text/html",
  },
  loadServices,
  async () => page,
);
