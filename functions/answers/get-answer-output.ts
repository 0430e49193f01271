import { runIdParams } from "../../lib/answers/params.ts";
import { artifactErrors, outputSchema, readOutput } from "../../lib/answers/results.ts";
import { bare } from "../../lib/http/bare.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  bare({
    method: "GET",
    tag: "Answers",
    path: "/api/v1/runs/{run_id}/output",
    summary: "The answer of a run",
    description: "Markdown with citations `[ref_1]`, once the run has ended as `completed` or `completed_with_gaps`.",
    params: runIdParams,
    response: outputSchema,
    errors: artifactErrors,
  }),
  loadServices,
  async ({ params }, services) => ({ data: await readOutput(services, params.run_id) }),
);
