import { endpoint } from "../../lib/http/endpoint.ts";
import { csvFile } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";
import { exportQuery, exportSignals } from "../../lib/trading/exports/export.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/exports/signals",
    summary: "Export signals as CSV",
    description: "Those of these days, and what became of them.",
    tag: "Exports",
    query: exportQuery,
    response: csvFile,
    raw: "text/csv",
  },
  loadServices,
  async ({ query }, services) => {
    const { name, csv } = await exportSignals(services, query);
    return { data: csv, headers: { "content-disposition": `attachment; filename="${name}"` } };
  },
);
