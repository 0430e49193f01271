import { parseArgs } from "node:util";
import * as z from "zod";
import { runItemSchema } from "../../lib/analysis/run-view.ts";
import { readVariables } from "../embedded/settings.ts";
import { type ApiClient, connect, expectData } from "./client.ts";
import { readRecords } from "./exporting/read.ts";
import { writeDatabase } from "./exporting/write.ts";

/**
 * `npm run export -- --sqlite FILE`: the records of a running deployment as a database of SQLite, for questions in SQL.
 * BASE_URL and API_KEY say which deployment, as for `npm run smoke`.
 */
const usage = "Usage: npm run export -- --sqlite FILE [--base-url URL]";

try {
  const { sqlite, "base-url": url } = readArguments();
  const api = connect({ ...readVariables(process.cwd()), ...(url !== undefined && { BASE_URL: url }) });
  const before = await newestRun(api);
  const tables = await readRecords(api);
  writeDatabase(sqlite, tables);
  for (const { table, rows } of tables) console.log(`export: ${String(rows.length).padStart(7)} ${table.name}`);
  const after = await newestRun(api);
  if (after === before && !after.endsWith("running")) console.log(`export: ${sqlite} is complete`);
  else console.log(`export: a run was going on, so ${sqlite} is not of one moment; export again after its end`);
} catch (error) {
  console.error(`export: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

function readArguments() {
  try {
    const { values } = parseArgs({ options: { sqlite: { type: "string" }, "base-url": { type: "string" } } });
    const { sqlite, ...others } = values;
    if (sqlite) return { sqlite, ...others };
  } catch {
    // What was typed is told below how it is meant.
  }
  throw new Error(usage);
}

/** Name and status of it. */
async function newestRun(api: ApiClient): Promise<string> {
  const [run] = expectData(await api.call("GET", "/runs?limit=1"), 200, z.array(runItemSchema), "GET /runs");
  return run ? `${run.id} ${run.status}` : "none";
}
