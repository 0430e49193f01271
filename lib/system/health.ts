import * as z from "zod";
import { findBreaker } from "../desk/breaker/stored.ts";
import { readEngine } from "../desk/engine/heartbeat.ts";
import { countConnections } from "../live/connections.ts";
import { readMoment } from "../realm/moment.ts";
import { readRealm } from "../realm/state.ts";
import type { RunServices } from "../runs/services.ts";
import { iso } from "../runtime/dates.ts";
import { AppError } from "../runtime/errors.ts";
import { apiVersion } from "../runtime/version.ts";

type HealthServices = Pick<RunServices, "store" | "clock" | "config">;

/**
 * `GET /api/v1/health` (spec orders 8.1). `uptime_seconds` is the age of the process that answers: nothing else of a
 * system made of functions is up or down, and a time of deployment among their settings would make each deployment new.
 */
export const healthSchema = z
  .object({
    status: z
      .enum(["healthy", "degraded", "unhealthy"])
      .describe("`degraded` where the queue or the feed does not answer, `unhealthy` where nothing does."),
    timestamp: z.string(),
    version: z.string(),
    uptime_seconds: z.number(),
    checks: z
      .record(z.string(), z.boolean())
      .describe(
        "`order_queue` and `websocket_manager`: their table answers. `algorithm_connected`: the engine has made a pass within two minutes. While it is connected: `circuit_breaker` and `risk_manager`: the breaker's state and the limits can be read, whether or not trading is halted; `options_executor`: the executions of orders answered the engine.",
      ),
  })
  .meta({ id: "Health" });

/** Never fails: what cannot be asked does not hold. */
export async function readHealth(services: HealthServices): Promise<z.infer<typeof healthSchema>> {
  const [orderQueue, feed, engine] = await Promise.all([
    tableAnswers(services),
    holds(countConnections(services)),
    readEngine(services).catch(() => undefined),
  ]);
  const checks = {
    order_queue: orderQueue,
    websocket_manager: feed,
    algorithm_connected: engine?.isConnected ?? false,
    ...(engine?.isConnected && {
      circuit_breaker: await holds(findBreaker(services).then(known)),
      risk_manager: await holds(readMoment(services)),
      options_executor: engine.executionsAnswer,
    }),
  };
  const partly = Object.values(checks).some((check) => check) ? "degraded" : "unhealthy";
  return {
    status: orderQueue && feed ? "healthy" : partly,
    timestamp: iso(services.clock.now()),
    version: apiVersion,
    uptime_seconds: Math.floor(process.uptime()),
    checks,
  };
}

/** Throws `NOT_READY` where the table does not answer. */
export async function refuseUnlessReady(services: HealthServices): Promise<void> {
  if (!(await tableAnswers(services))) throw new AppError("NotReady", "NOT_READY", "The table does not answer.");
}

export function tableAnswers(services: Pick<HealthServices, "store">): Promise<boolean> {
  return holds(readRealm(services));
}

function known(state: unknown): void {
  if (state === undefined) throw new Error("there is no state");
}

async function holds(question: Promise<unknown>): Promise<boolean> {
  return question.then(
    () => true,
    () => false,
  );
}
