import * as z from "zod";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { listEvaluationPeriods, readGraduation } from "../../lib/trading/evaluation-lists.ts";
import * as views from "../../lib/trading/evaluation-views.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/evaluation-periods",
    summary: "A portfolio's 30-day periods against the S&P 500, newest first.",
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
