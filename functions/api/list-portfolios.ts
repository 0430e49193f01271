import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { readPortfolios } from "../../lib/trading/holdings.ts";
import { portfolioViewSchema, toPortfolioView } from "../../lib/trading/portfolio-views.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/portfolios",
    summary: "The four portfolios.",
    response: portfolioViewSchema.array(),
  },
  loadServices,
  async (_request, services) => ({ data: (await readPortfolios(services)).map(toPortfolioView) }),
);
