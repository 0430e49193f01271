import * as z from "zod";
import { readEngine } from "../desk/engine/heartbeat.ts";
import { countConnections } from "../live/connections.ts";
import type { RunServices } from "../runs/services.ts";
import { iso } from "../runtime/dates.ts";
import { apiVersion } from "../runtime/version.ts";
import { tableAnswers } from "./health.ts";

/** `GET /api/v1/system` (spec orders 8.1). */
export const systemSchema = z
  .object({
    runtime_version: z.string(),
    platform: z.string(),
    api_version: z.string(),
    algorithm_connected: z.boolean(),
    order_queue_active: z.boolean().describe("Orders are accepted: their table answers."),
    websocket_connections: z.number().int(),
    timestamp: z.iso.datetime(),
  })
  .meta({ id: "System" });

/** Never fails: what cannot be asked is not there. */
export async function readSystem(
  services: Pick<RunServices, "store" | "clock">,
): Promise<z.infer<typeof systemSchema>> {
  const [isActive, engine, connections] = await Promise.all([
    tableAnswers(services),
    readEngine(services).catch(() => undefined),
    countConnections(services).catch(() => 0),
  ]);
  return {
    runtime_version: `Node.js ${process.version}`,
    platform: `${process.platform} ${process.arch}`,
    api_version: apiVersion,
    algorithm_connected: engine?.isConnected ?? false,
    order_queue_active: isActive,
    websocket_connections: connections,
    timestamp: iso(services.clock.now()),
  };
}
