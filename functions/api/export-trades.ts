import { endpoint } from "../../lib/http/endpoint.ts";
import { csvFile } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { exportQuery, exportTrades } from "../../lib/trading/exports.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/exports/trades",
    summary: "The trades that ended on these days as CSV, one row per exit.",
    query: exportQuery,
    response: csvFile,
    raw: "text/csv",
  },
  loadServices,
  async ({ query }, services) => {
    const { name, csv } = await exportTrades(services, query);
    return { data: csv, headers: { "content-disposition": `attachment; filename="${name}"` } };
  },
);
