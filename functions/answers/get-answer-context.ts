import { runIdParams } from "../../lib/answers/params.ts";
import { artifactErrors, contextSchema, readContext } from "../../lib/answers/results.ts";
import { bare } from "../../lib/http/bare.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  bare({
    method: "GET",
    tag: "Answers",
    path: "/api/v1/runs/{run_id}/context",
    summary: "What an answer rests on",
    description: "The excerpts with their quotes, the SQL queries with their results, and the gaps.",
    params: runIdParams,
    response: contextSchema,
    errors: artifactErrors,
  }),
  loadServices,
  async ({ params }, services) => ({ data: await readContext(services, params.run_id) }),
);
