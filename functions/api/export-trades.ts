import { endpoint } from "../../lib/http/endpoint.ts";
import { csvFile } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { exportQuery, exportTrades } from "../../lib/trading/exports/export.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/exports/trades",
    summary: "Export trades as CSV",
    description:
      "Those that ended on these days: one row per exit, with the bar that caused it, and one per fraction of a share that a split settled in cash.",
    tag: "Exports",
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
