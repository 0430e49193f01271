import { analysisRun, resumeAnalysis, startedRunSchema } from "../../lib/analysis/run.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams, noBody } from "../../lib/http/params.ts";
import { resumeRun } from "../../lib/runs/resume.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/runs/{id}/resume",
    summary: "Take up a failed run again",
    description: "Only the newest run, and only on its trading day. Finished phases are not repeated.",
    tag: "Runs",
    params: idParams,
    body: noBody,
    idempotent: "resume",
    response: startedRunSchema,
    status: 202,
    errors: ["NOT_FOUND", "RUN_NOT_RESUMABLE", "ANALYSIS_ALREADY_RUNNING"],
  },
  loadServices,
  async ({ params, repeatable }, services) => ({
    data: await resumeRun(analysisRun, resumeAnalysis, services, params.id, repeatable),
  }),
);
