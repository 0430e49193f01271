import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { listEvaluationPeriods } from "../../lib/trading/evaluation/list.ts";
import { readGraduation } from "../../lib/trading/evaluation/read-graduation.ts";
import * as views from "../../lib/trading/evaluation/view.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/evaluation-periods",
    summary: "List a portfolio's periods of 30 days",
    description: "Newest first. `meta.graduation` says which of its conditions is missing. Definitions: GET /methods.",
    tag: "Evaluation",
    query: z.strictObject(views.evaluationQuery),
    response: views.evaluationPeriodViewSchema.array(),
    meta: views.evaluationMetaSchema,
  },
  loadServices,
  async ({ query }, services) => {
    const [periods, graduation] = await Promise.all([listEvaluationPeriods(services, query), readGraduation(services)]);
    const meta = { ...query, total: periods.length, graduation: views.toGraduationView(graduation) };
    return { data: periods.map(views.toEvaluationPeriodView), meta };
  },
);
