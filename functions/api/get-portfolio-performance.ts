import { endpoint } from "../../lib/http/endpoint.ts";
import { daysQuery } from "../../lib/http/pagination.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { portfolioPerformance, portfolioPerformanceSchema } from "../../lib/trading/performance/portfolio.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/portfolios/{id}/performance",
    summary: "Measure a portfolio",
    description:
      "What its trades and its value over time say, before and after trading costs. Without `days` over the last year. Definitions: GET /methods.",
    tag: "Portfolios",
    params: idParams,
    query: daysQuery(3650, 365),
    response: portfolioPerformanceSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params, query }, services) => ({ data: await portfolioPerformance(services, params.id, query.days) }),
);
