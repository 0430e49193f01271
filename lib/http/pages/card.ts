import * as z from "zod";
import { apiVersion } from "../../runtime/version.ts";
import type { ApiAnswer } from "../contract.ts";

/** `GET /` (spec api 9, orders 8.1). */
export const cardSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    status: z.literal("running"),
    docs: z.string(),
    dashboard: z.string(),
    websocket: z.string().describe("Where the live feed is; without a host it is on this one."),
  })
  .meta({ id: "Card" });

/** The card; a browser is sent to the dashboard instead. */
export function card(headers: Record<string, string>, websocket: string): ApiAnswer {
  const paths = { docs: "/docs", dashboard: "/app/", websocket };
  const data = { name: "WSB Signals API", version: apiVersion, status: "running", ...paths };
  if (headers.accept?.includes("text/html")) return { data, status: 302, headers: { location: "/app/" } };
  return { data };
}
