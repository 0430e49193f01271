import { answerFilters } from "../../lib/answers/params.ts";
import { answerRun, answerSchema } from "../../lib/answers/run.ts";
import { answerItemSchema, toAnswerItem } from "../../lib/answers/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMeta, pageMetaSchema, pageQuery } from "../../lib/http/pagination.ts";
import { listRuns } from "../../lib/runs/read.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/api/v1/runs",
    summary: "List the answer runs",
    description: "The newest first.",
    tag: "Answers",
    query: pageQuery(answerFilters),
    response: answerItemSchema.array(),
    meta: pageMetaSchema,
  },
  loadServices,
  async ({ query: { status, ...query }, apiKeyId }, services) => {
    const page = await listRuns(answerRun, services, { ...query, apiKeyId }, answerSchema, status && { status });
    return { data: page.items.map(toAnswerItem), meta: pageMeta(page, query) };
  },
);
