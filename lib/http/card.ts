import * as z from "zod";
import { apiVersion } from "../runtime/version.ts";
import type { ApiAnswer } from "./contract.ts";

/** `GET /` (spec api 9, orders 8.1). */
export const cardSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    status: z.literal("running"),
    docs: z.string(),
    dashboard: z.string(),
  })
  .meta({ id: "Card" });

/** The card; a browser is sent to the dashboard instead. */
export function card(headers: Record<string, string>): ApiAnswer {
  const data = { name: "WSB Signals API", version: apiVersion, status: "running", docs: "/docs", dashboard: "/app/" };
  if (headers.accept?.includes("text/html")) return { data, status: 302, headers: { location: "/app/" } };
  return { data };
}
