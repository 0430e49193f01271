import { runIdParams } from "../../lib/answers/params.ts";
import { answerRun } from "../../lib/answers/run.ts";
import { answerStatusSchema, toAnswerStatus } from "../../lib/answers/view.ts";
import { bare } from "../../lib/http/bare.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { readRun } from "../../lib/runs/read.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  bare({
    method: "GET",
    tag: "Answers",
    path: "/api/v1/runs/{run_id}/status",
    summary: "Where an answer run stands",
    description:
      "Made for polling: one key is read. `completed`, `completed_with_gaps`, `failed` and `stopped` are ends.",
    params: runIdParams,
    response: answerStatusSchema,
    errors: ["NOT_FOUND"],
  }),
  loadServices,
  async ({ params }, services) => ({ data: toAnswerStatus(await readRun(answerRun, services, params.run_id)) }),
);
