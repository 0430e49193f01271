import { referenceQuery, runIdParams } from "../../lib/answers/params.ts";
import { artifactErrors, readReferences, referencesSchema } from "../../lib/answers/results.ts";
import { bare } from "../../lib/http/bare.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  bare({
    method: "GET",
    tag: "Answers",
    path: "/api/v1/runs/{run_id}/references",
    summary: "The citations of an answer",
    description: "What each `[ref_n]` stands for; with `include_quote=true` the words of the documents too.",
    params: runIdParams,
    query: referenceQuery,
    response: referencesSchema,
    errors: artifactErrors,
  }),
  loadServices,
  async ({ params, query: { ref_id: refId, include_quote: includeQuote } }, services) => ({
    data: await readReferences(services, params.run_id, { refId, includeQuote }),
  }),
);
