import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { portfolioDetailSchema, toPortfolioDetail } from "../../lib/trading/positions/portfolio-view.ts";
import { readOpenPositions, readPortfolio } from "../../lib/trading/positions/stored.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/portfolios/{id}",
    summary: "Read one portfolio",
    description: "Its worth, its open positions and what it is invested in, by ticker.",
    tag: "Portfolios",
    params: idParams,
    response: portfolioDetailSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => {
    const portfolio = await readPortfolio(services, params.id);
    return { data: toPortfolioDetail(portfolio, await readOpenPositions(services, [portfolio])) };
  },
);
