import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import { portfolioViewSchema, toPortfolioView } from "../../lib/trading/positions/portfolio-view.ts";
import { readPortfolios } from "../../lib/trading/positions/stored.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/portfolios",
    summary: "List the four portfolios",
    description: "Stocks or options, on quality or consensus signals. `net` is the same worth after trading costs.",
    tag: "Portfolios",
    response: portfolioViewSchema.array(),
  },
  loadServices,
  async (_request, services) => ({ data: (await readPortfolios(services)).map(toPortfolioView) }),
);
