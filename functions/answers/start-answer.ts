import { answerRequestSchema } from "../../lib/answers/request.ts";
import { startAnswer } from "../../lib/answers/start.ts";
import { acceptedSchema, withLocation } from "../../lib/answers/view.ts";
import { bare } from "../../lib/http/bare.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  bare({
    method: "POST",
    tag: "Answers",
    path: "/api/v1/runs",
    summary: "Ask a question over documents",
    description:
      "The answer takes a while: poll `status_url` every 2–5 seconds. A `run_id` of yours makes it repeatable.",
    body: answerRequestSchema,
    idempotent: "start-answer",
    status: 202,
    response: acceptedSchema,
    errors: ["DUPLICATE_RUN_ID", "RUN_START_FAILED", "QUEUE_FULL"],
  }),
  loadServices,
  async ({ repeatable }, services) => withLocation(await startAnswer(services, repeatable)),
);
