import { analysisRun, analysisStart, startedRunSchema } from "../../lib/analysis/run.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { noBody } from "../../lib/http/params.ts";
import { startRun } from "../../lib/runs/start.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/analyze",
    summary: "Start an analysis run",
    description:
      "Exactly one runs at a time: while one does, 409 names it in `error.details.active_run_id`. Poll the status of the run that is answered.",
    tag: "Runs",
    body: noBody,
    idempotent: "analyze",
    response: startedRunSchema,
    status: 202,
    errors: ["ANALYSIS_ALREADY_RUNNING"],
  },
  loadServices,
  async ({ repeatable }, services) => ({ data: await startRun(analysisRun, analysisStart, services, repeatable) }),
);
