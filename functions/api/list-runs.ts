import { analysisRun } from "../../lib/analysis/run.ts";
import { runItemSchema } from "../../lib/analysis/run-view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMeta, pageMetaSchema, pageQuery } from "../../lib/http/pagination.ts";
import { listRuns } from "../../lib/runs/read.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/runs",
    summary: "List the analysis runs",
    description: "The newest first.",
    tag: "Runs",
    query: pageQuery({}),
    response: runItemSchema.array(),
    meta: pageMetaSchema,
  },
  loadServices,
  async ({ query, apiKeyId }, services) => {
    const page = await listRuns(analysisRun, services, { ...query, apiKeyId }, runItemSchema);
    return { data: page.items, meta: pageMeta(page, query) };
  },
);
