import { analysisRun } from "../../lib/analysis/run.ts";
import { runStatusSchema, toRunStatus } from "../../lib/analysis/run-view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { readRun } from "../../lib/runs/read.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/runs/{id}/status",
    summary: "Where a run stands",
    description:
      "Made for polling, every ten seconds or so. The phase only grows, and `status` ends as `completed` or `failed`.",
    tag: "Runs",
    params: idParams,
    response: runStatusSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: toRunStatus(await readRun(analysisRun, services, params.id)) }),
);
