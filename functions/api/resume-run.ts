import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { resumeRun } from "../../lib/runs/resume.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/runs/{id}/resume",
    summary: "Take up the newest run again, if it failed today; finished phases are not repeated.",
    params: idParams,
    body: z.strictObject({}),
    response: z.object({ run_id: z.string() }),
    status: 202,
    errors: ["NOT_FOUND", "RUN_NOT_RESUMABLE", "ANALYSIS_ALREADY_RUNNING", "IDEMPOTENCY_MISMATCH"],
  },
  loadServices,
  async ({ params, body, apiKeyId, idempotencyKey }, services) => ({
    data: await resumeRun(services, params.id, {
      operation: `resume#${params.id}`,
      key: idempotencyKey,
      apiKeyId,
      body,
    }),
  }),
);
