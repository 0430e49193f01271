import { analysisRun } from "../../lib/analysis/run.ts";
import { runStatusSchema, toRunStatus } from "../../lib/analysis/run-view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams, noBody } from "../../lib/http/params.ts";
import { stopRun } from "../../lib/runs/stop.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/runs/{id}/stop",
    summary: "Stop a running run",
    description: 'It ends as `failed`, with the message "Stopped by user". What its finished phases wrote stays.',
    tag: "Runs",
    params: idParams,
    body: noBody,
    idempotent: "stop",
    response: runStatusSchema,
    errors: ["NOT_FOUND", "RUN_NOT_ACTIVE"],
  },
  loadServices,
  async ({ params, repeatable }, services) => ({
    data: await stopRun(analysisRun, services, params.id, repeatable, toRunStatus),
  }),
);
