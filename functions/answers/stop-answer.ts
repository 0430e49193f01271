import { runIdParams } from "../../lib/answers/params.ts";
import { stopRequestSchema } from "../../lib/answers/request.ts";
import { stopAnswer } from "../../lib/answers/stop.ts";
import { answerStatusSchema } from "../../lib/answers/view.ts";
import { bare } from "../../lib/http/bare.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  bare({
    method: "POST",
    tag: "Answers",
    path: "/api/v1/runs/{run_id}/stop",
    summary: "Stop an answer run",
    description: "It ends as `stopped` at once; what its steps still return is discarded.",
    params: runIdParams,
    body: stopRequestSchema,
    idempotent: "stop-answer",
    status: 202,
    response: answerStatusSchema,
    errors: ["NOT_FOUND", "RUN_ALREADY_FINISHED"],
  }),
  loadServices,
  async ({ params, repeatable }, services) => ({ data: await stopAnswer(services, params.run_id, repeatable) }),
);
