import * as z from "zod";
import { analysisRun } from "../../lib/analysis/run.ts";
import { runStatusSchema, toRunStatus } from "../../lib/analysis/run-view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
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
    body: z.strictObject({}),
    idempotent: true,
    response: runStatusSchema,
    errors: ["NOT_FOUND", "RUN_NOT_ACTIVE"],
  },
  loadServices,
  async ({ params, body, apiKeyId, idempotencyKey }, services) => ({
    data: await stopRun(
      analysisRun,
      services,
      params.id,
      { operation: `stop#${params.id}`, key: idempotencyKey, apiKeyId, body },
      toRunStatus,
    ),
  }),
);
