import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { startRun } from "../../lib/runs/start.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "POST",
    path: "/analyze",
    summary: "Start an analysis run; exactly one runs at a time.",
    body: z.strictObject({}),
    response: z.object({ run_id: z.string() }),
    status: 202,
    errors: ["ANALYSIS_ALREADY_RUNNING", "IDEMPOTENCY_MISMATCH"],
  },
  loadServices,
  async ({ body, apiKeyId, idempotencyKey }, services) => ({
    data: await startRun(services, { operation: "analyze", key: idempotencyKey, apiKeyId, body }),
  }),
);
